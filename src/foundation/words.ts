/** Indexed by ASCII code: letters and digits. */
const ASCII_WORD = Uint8Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z0-9]/.test(String.fromCharCode(code)) ? 1 : 0,
);

const WORD = /[\p{L}\p{N}\p{M}]/u;

/**
 * Returns whether the character at a position is a letter, a digit, or a combining mark (such as an accent). Either half of a
 * surrogate pair counts as the whole character. False outside the text.
 */
export function isWordCharacter(text: string, place: number): boolean {
  const code = text.charCodeAt(place);
  if (code < 128) return ASCII_WORD[code] === 1;
  const character = text.codePointAt(isInsideCharacter(text, place) ? place - 1 : place);
  return character !== undefined && WORD.test(String.fromCodePoint(character));
}

/** Returns whether a position is between the two code units of one character. */
export function isInsideCharacter(text: string, place: number): boolean {
  return (text.charCodeAt(place) & 0xfc00) === 0xdc00 && (text.charCodeAt(place - 1) & 0xfc00) === 0xd800;
}

/** Returns whether a span starts or ends between two letters or digits, or between a letter and its accent. */
export function cutsWord(text: string, { start, end }: { start: number; end: number }): boolean {
  const isInside = (place: number) => isWordCharacter(text, place - 1) && isWordCharacter(text, place);
  return isInside(start) || isInside(end);
}

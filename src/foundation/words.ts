/** Whether the character at a place of a text is a letter or a digit; places outside the text are not. */
export function isWordCharacter(text: string, place: number): boolean {
  return /[\p{L}\p{N}]/u.test(text[place] ?? '');
}

/** Whether a span starts or ends between two letters or digits. */
export function cutsWord(text: string, { start, end }: { start: number; end: number }): boolean {
  const isInside = (place: number) => isWordCharacter(text, place - 1) && isWordCharacter(text, place);
  return isInside(start) || isInside(end);
}

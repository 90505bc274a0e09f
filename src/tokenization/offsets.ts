/** The Rust library counts code points; JavaScript counts UTF-16 code units, two for a character beyond U+FFFF. */
export function codeUnitOfCodePoint(text: string): (codePoint: number) => number {
  if (!/[\ud800-\udbff]/.test(text)) return (codePoint) => codePoint;
  const units: number[] = [];
  let unit = 0;
  for (const character of text) {
    units.push(unit);
    unit += character.length;
  }
  units.push(unit);
  return (codePoint) => units[codePoint];
}

const COMBINING_MARK = /\p{M}/u;
/** No combining mark precedes these; most texts contain none of them, and this check is faster. */
const MAY_BE_MARK = /[\u0300-\uffff]/;

export const hasCombiningMarks = (text: string): boolean =>
  MAY_BE_MARK.test(text) && COMBINING_MARK.test(text);

/**
 * Extends tokens to the combining marks that follow their last letter: a normalizer that strips accents leaves them out. A mark with
 * a token of its own keeps it.
 */
export function includeMarks(text: string, starts: Int32Array, ends: Int32Array): void {
  for (let token = 0; token < ends.length; token++) {
    const limit =
      token + 1 < starts.length && starts[token + 1] >= ends[token] ? starts[token + 1] : text.length;
    ends[token] = Math.min(behindMarks(text, ends[token]), Math.max(limit, ends[token]));
  }
}

function behindMarks(text: string, end: number): number {
  let place = end;
  for (;;) {
    const mark = String.fromCodePoint(text.codePointAt(place) ?? 0);
    if (!COMBINING_MARK.test(mark)) return place;
    place += mark.length;
  }
}

const WHITE_SPACE = /\p{White_Space}/u;

function isBlank(text: string, place: number): boolean {
  const code = text.charCodeAt(place);
  return code === 32 || (code < 14 && code > 8) || (code > 127 && WHITE_SPACE.test(text[place]));
}

/** How a byte-level tokenizer writes a blank. */
export const BLANK = 'Ġ';

/**
 * Trims white space from the tokens of a byte-level tokenizer, which writes the blank before a word into the word's first token. A
 * token of nothing but white space becomes empty, at its end; so does one of the blank that the tokenizer put before the text.
 *
 * @param blankId id of the token of a single blank
 */
export function trimBlanks(
  text: string,
  ids: Int32Array,
  starts: Int32Array,
  ends: Int32Array,
  blankId: number | null,
): void {
  for (let token = 0; token < starts.length; token++) {
    let [start, end] = [starts[token], ends[token]];
    while (start < end && isBlank(text, start)) start++;
    while (end > start && isBlank(text, end - 1)) end--;
    starts[token] = start;
    ends[token] = ids[token] === blankId ? start : end;
  }
}

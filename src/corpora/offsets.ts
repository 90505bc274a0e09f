import { InputError } from '../foundation';
import type { Range } from './sentences';

/**
 * From offsets in code points, which the annotation tools write, to UTF-16 code units, which JavaScript counts in. The
 * two differ after every character outside the basic plane.
 */
export function fromCodePoints(text: string): (codePoints: number) => number {
  if (!/[\uD800-\uDFFF]/.test(text)) return (offset) => offset;
  const units = [0];
  for (const character of text) units.push(units[units.length - 1] + character.length);
  return (offset) => units[offset] ?? Number.POSITIVE_INFINITY;
}

/**
 * The pieces of a mention, checked: in order, inside the text, and saying what the annotation says they say, where a blank may stand
 * for a line break or a tab. Throws an InputError that begins with `place` otherwise.
 */
export function checkedPieces(
  text: string,
  pieces: Range[],
  { surface, glue, place }: { surface: string; glue: string; place: () => string },
): Range[] {
  let reached = 0;
  for (const { start, end } of pieces) {
    if (!(start < end && end <= text.length && start >= reached)) {
      throw new InputError(
        `${place()}: the mention "${surface}" is out of bounds in a text of ${text.length} characters; correct its offsets`,
      );
    }
    reached = end;
  }
  const found = pieces.map(({ start, end }) => text.slice(start, end)).join(glue);
  if (found !== surface && inOneLine(found) !== inOneLine(surface)) {
    throw new InputError(
      `${place()}: the annotation says "${surface}" where the text says "${found}"; restore the text or the annotation`,
    );
  }
  return pieces;
}

/** Formats of one line a mention write blanks for the line breaks in it. */
function inOneLine(text: string): string {
  return text.replace(/\r\n|[\r\n\t]/g, ' ');
}

/**
 * What `read` makes of the first text that its annotations fit. Tools differ in what they count (a byte order mark, both characters
 * of CR LF, a blank at the end of a title); annotations repeat their text, and so tell which reading they are of.
 *
 * @throws InputError that reading the first text gives, if none fits
 */
export function inFirstReading<T>(texts: readonly string[], read: (text: string) => T): T {
  let first: InputError | undefined;
  for (const text of new Set(texts)) {
    try {
      return read(text);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      first ??= error;
    }
  }
  throw first;
}

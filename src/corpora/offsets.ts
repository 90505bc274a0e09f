import { InputError } from '../foundation';
import type { Range } from './sentences';

/**
 * Returns a converter from offsets in code points, as written by annotation tools, to UTF-16 code units, as used by JavaScript.
 * They differ after every character outside the basic plane.
 */
export function fromCodePoints(text: string): (codePoints: number) => number {
  if (!/[\uD800-\uDFFF]/.test(text)) return (offset) => offset;
  const units = [0];
  for (const character of text) units.push(units[units.length - 1] + character.length);
  return (offset) => units[offset] ?? Number.POSITIVE_INFINITY;
}

/**
 * Checks the pieces of a mention: in order, inside the text, and equal to the annotation's text, where a space may replace a line
 * break or a tab. Throws InputError starting with `place` otherwise.
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

/** One-line formats replace line breaks inside a mention with spaces. */
function inOneLine(text: string): string {
  return text.replace(/\r\n|[\r\n\t]/g, ' ');
}

/**
 * Returns what `read` returns for the first text that the annotations fit. Tools differ in what they count (a byte order mark, both
 * characters of CRLF, a space at the end of a title); annotations repeat their text, which shows the right variant.
 *
 * @throws the InputError for the first text if none fits
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

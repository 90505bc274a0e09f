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
 * The pieces of a mention, checked: in order, inside the text, and saying what the annotation says they say. Throws an
 * InputError that begins with `place` otherwise.
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
  if (found !== surface) {
    throw new InputError(
      `${place()}: the annotation says "${surface}" where the text says "${found}"; restore the text or the annotation`,
    );
  }
  return pieces;
}

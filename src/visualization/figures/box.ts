import { areFinite, InputError } from '../../foundation';
import { INK, withOpacity } from '../palette';
import { quantile } from './quantile';

/** Half the height of a box, in rows. */
export const HALF_BOX = 0.24;

/** Values of one box: quartiles, and the most extreme values within 1.5 interquartile ranges of them. */
export interface Box {
  count: number;
  low: number;
  quartiles: [number, number, number];
  high: number;
  most: number;
  outliers: number[];
}

/** Computes the box of values; null without any. `place` is named if one is not a number. */
export function boxOf(values: ArrayLike<number>, place: string): Box | null {
  const ascending = Float64Array.from(values).sort();
  if (ascending.length === 0) return null;
  if (!areFinite(ascending)) throw new InputError(`${place}: a value is not a number; leave it out`);
  const quartiles = [0.25, 0.5, 0.75].map((share) => quantile(ascending, share)) as Box['quartiles'];
  const reach = 1.5 * (quartiles[2] - quartiles[0]);
  const isWithin = (value: number) => value >= quartiles[0] - reach && value <= quartiles[2] + reach;
  const within = ascending.filter(isWithin);
  return {
    count: ascending.length,
    low: Math.min(quartiles[0], within[0]),
    quartiles,
    high: Math.max(quartiles[2], within[within.length - 1]),
    most: ascending[ascending.length - 1],
    outliers: Array.from(ascending.filter((value) => !isWithin(value))),
  };
}

/** Draws box, median and whiskers of a row. */
export function drawBox({ low, quartiles, high }: Box, row: number, suffix: string, colour: string) {
  const across = { layer: 'below', xref: `x${suffix}`, yref: `y${suffix}` };
  const line = (x0: number, x1: number, half: number, width: number, lineColour = colour) => ({
    ...{ type: 'line', ...across, x0, x1, y0: row - half, y1: row + half },
    line: { color: lineColour, width },
  });
  return [
    line(low, quartiles[0], 0, 1.4),
    line(quartiles[2], high, 0, 1.4),
    line(low, low, HALF_BOX / 2, 1.4),
    line(high, high, HALF_BOX / 2, 1.4),
    {
      ...{ type: 'rect', ...across, x0: quartiles[0], x1: quartiles[2] },
      ...{ y0: row - HALF_BOX, y1: row + HALF_BOX },
      fillcolor: withOpacity(colour, 0.18),
      line: { color: colour, width: 1.4 },
    },
    line(quartiles[1], quartiles[1], HALF_BOX, 2.4, INK),
  ];
}

/** Range of the axis: zero, all values, and the marked ones. */
export function extentOf(
  boxes: readonly (Box | null)[],
  marked: readonly number[],
): [least: number, most: number] {
  const known = boxes.filter((box) => box !== null);
  const least = Math.min(
    0,
    ...marked,
    ...known.map(({ low, outliers }) => Math.min(low, outliers[0] ?? low)),
  );
  const most = Math.max(0, ...marked, ...known.map((box) => box.most));
  return [least, most > least ? most : least + 1];
}

import { textWidth } from './font';

/** Moves ascending positions as little as needed so that neighbours are at least `gap` apart; keeps their order. */
export function spreadApart(ascending: readonly number[], gap: number): number[] {
  // Touching labels form one block, centred on the mean of their targets.
  const blocks: { sum: number; count: number; start: number }[] = [];
  for (const position of ascending) {
    let block = { sum: position, count: 1, start: position };
    for (let before = blocks.at(-1); before; before = blocks.at(-1)) {
      if (before.start + before.count * gap <= block.start) break;
      blocks.pop();
      const sum = before.sum + block.sum;
      const count = before.count + block.count;
      block = { sum, count, start: sum / count - ((count - 1) * gap) / 2 };
    }
    blocks.push(block);
  }
  return blocks.flatMap(({ start, count }) =>
    Array.from({ length: count }, (_, index) => start + index * gap),
  );
}

/** Spreads positions within limits that are wide enough for all. */
export function spreadWithin(
  ascending: readonly number[],
  gap: number,
  [low, high]: readonly [number, number],
): number[] {
  const last = ascending.length - 1;
  return spreadApart(ascending, gap).map((position, index) =>
    Math.max(low + index * gap, Math.min(high - (last - index) * gap, position)),
  );
}

/** A disc and the lines of its label, in pixels of the plot with the origin at the top left. */
export interface LabelledDisc {
  x: number;
  y: number;
  radius: number;
  lines: readonly string[];
}

/** Offset of a label's centre from its disc's centre, in pixels to the right and down. */
export interface LabelPlace {
  dx: number;
  dy: number;
  align: 'left' | 'center' | 'right';
}

const LINE_HEIGHT = 1.3;
const CLEARANCE = 5;

/**
 * Places a label beside each disc so that labels overlap neither one another nor a disc, and are inside the plot. Tries right,
 * left, above, below and the corners, then farther out; if no position is free, uses the one with the least overlap.
 *
 * @param obstacles other areas of the plot to keep free
 */
export function placeLabels(
  discs: readonly LabelledDisc[],
  {
    width,
    height,
    fontSize,
    obstacles = [],
  }: { width: number; height: number; fontSize: number; obstacles?: readonly Rectangle[] },
): LabelPlace[] {
  const taken: Rectangle[] = [
    ...obstacles,
    ...discs.map(({ x, y, radius }) => ({
      left: x - radius,
      right: x + radius,
      top: y - radius,
      bottom: y + radius,
    })),
  ];
  return discs.map((disc) => {
    const labelWidth = Math.max(...disc.lines.map((line) => textWidth(line, fontSize)));
    const labelHeight = disc.lines.length * fontSize * LINE_HEIGHT;
    let best: { cost: number; place: LabelPlace; box: Rectangle } | undefined;
    for (const [ring, distance] of [0, 14, 30].entries()) {
      const across = disc.radius + CLEARANCE + distance + labelWidth / 2;
      const along = disc.radius + CLEARANCE + distance + labelHeight / 2;
      const corner = (disc.radius + distance) * Math.SQRT1_2 + CLEARANCE;
      for (const [right, down] of DIRECTIONS) {
        const diagonal = right !== 0 && down !== 0;
        const place: LabelPlace = {
          dx: right * (diagonal ? corner + labelWidth / 2 : across),
          dy: down * (diagonal ? corner + labelHeight / 2 : along),
          align: right > 0 ? 'left' : right < 0 ? 'right' : 'center',
        };
        const box = {
          left: disc.x + place.dx - labelWidth / 2,
          right: disc.x + place.dx + labelWidth / 2,
          top: disc.y + place.dy - labelHeight / 2,
          bottom: disc.y + place.dy + labelHeight / 2,
        };
        const inside = overlap(box, { left: 0, right: width, top: 0, bottom: height });
        const cost =
          ring +
          labelWidth * labelHeight -
          inside +
          taken.reduce((sum, other) => sum + overlap(box, other), 0);
        if (!best || cost < best.cost - 1e-6) best = { cost, place, box };
      }
    }
    taken.push(best!.box);
    return best!.place;
  });
}

/** In pixels of the plot, with the origin at the top left. */
export interface Rectangle {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Steps to the right and down. */
const DIRECTIONS = [
  [1, 0],
  [-1, 0],
  [0, -1],
  [0, 1],
  [1, -1],
  [1, 1],
  [-1, -1],
  [-1, 1],
];

/** Returns the area of the intersection of two rectangles. */
function overlap(a: Rectangle, b: Rectangle): number {
  const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const along = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return across > 0 && along > 0 ? across * along : 0;
}

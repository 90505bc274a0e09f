import { contours } from 'd3-contour';
import { type Grid, resample } from './interpolation';

/** In the units of the grid. */
export type Position = readonly [x: number, y: number];

/** Where the quantity is at least `value`: rings of the region, holes among them, and its border within the grid as lines. */
export interface Level {
  value: number;
  rings: Position[][];
  lines: Position[][];
}

/** By default. */
const FINE = 121;
const LEVELS = 9;
const TOLERANCE = 1e-6;

export interface LevelOptions {
  /** The levels. Default: about nine round ones. */
  thresholds?: readonly number[];
  /** Points per side that are interpolated. */
  side?: number;
}

/**
 * Regions above round levels, the lowest first: marching squares, as d3-contour implements them, over the grid interpolated bilinearly. Empty
 * if all values are equal.
 */
export function levelsOf(grid: Grid, { thresholds, side = FINE }: LevelOptions = {}): Level[] {
  const fine = Array.from(resample(grid, side, side));
  const known = fine.filter((value) => !Number.isNaN(value));
  const [least, most] = known.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  // Differences of rounding are none.
  if (!(most - least > 1e-9 * Math.max(Math.abs(least), Math.abs(most)))) return [];
  const along = (places: readonly number[], position: number) => {
    // d3-contour places the point with the index i at i + 0.5, and lets regions end half a point beyond the last.
    const share = Math.min(1, Math.max(0, (position - 0.5) / (side - 1)));
    return places[0] + share * (places[places.length - 1] - places[0]);
  };
  // Rings also run along the edges of what is measured, where there is no line of equal value.
  const neighbours = (position: number) => [
    Math.floor(position - 0.5 - TOLERANCE),
    Math.ceil(position - 0.5 + TOLERANCE),
  ];
  const isMissing = (column: number, row: number) =>
    column < 0 || row < 0 || column >= side || row >= side || Number.isNaN(fine[row * side + column]);
  // Rings also run along the edges of what is measured, where there is no line of equal value.
  const isAtEdge = ([x, y]: number[]) =>
    neighbours(x).some((column) => neighbours(y).some((row) => isMissing(column, row)));
  return contours()
    .size([side, side])
    .thresholds(thresholds ? [...thresholds] : LEVELS)(fine)
    .filter(({ coordinates }) => coordinates.length > 0)
    .map(({ value, coordinates }) => {
      const rings = coordinates.flat();
      const position = ([x, y]: number[]): Position => [along(grid.x, x), along(grid.y, y)];
      return {
        value,
        rings: rings.map((ring) => ring.map(position)),
        lines: rings.flatMap((ring) => runs(ring, isAtEdge)).map((line) => line.map(position)),
      };
    });
}

/** The parts of a closed ring away from edges, each with its two points at an edge. */
function runs<Item>(ring: readonly Item[], isAtEdge: (item: Item) => boolean): Item[][] {
  const edge = ring.findIndex(isAtEdge);
  if (edge < 0) return [[...ring]];
  // The ring repeats its first point at its end; begin and end at an edge, so that no run passes the end.
  const open = ring.slice(0, -1);
  const found: Item[][] = [];
  let run: Item[] = [];
  for (const item of [...open.slice(edge), ...open.slice(0, edge), ring[edge]]) {
    run.push(item);
    if (!isAtEdge(item)) continue;
    if (run.length > 2) found.push(run);
    run = [item];
  }
  return found;
}

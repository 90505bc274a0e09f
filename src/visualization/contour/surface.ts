import { InputError } from '../../foundation';
import { axis, type Figure, formatNumber, plainText } from '../figure';
import { INK, LIMIT } from '../palette';
import { levelsOf } from './levels';
import { pathTrace } from './path-trace';

export interface SurfaceOptions {
  /** Ranges over which the function is computed. */
  x: readonly [low: number, high: number];
  y: readonly [low: number, high: number];
  /** Part of these that is shown. Default: all. */
  view?: { x: readonly [low: number, high: number]; y: readonly [low: number, high: number] };
  /** Levels, equally far apart in the logarithm, from the first to the last. */
  levels: { from: number; to: number; count: number };
  /** A point to mark with a cross. */
  mark: { x: number; y: number; name: string };
  title: string;
}

/** Points per side of the grid of values. */
const SIDE = 250;
const PLOT = { width: 560, height: 440 };
/** Viridis at equal distances, from its lowest to its highest colour (Smith and van der Walt, matplotlib). */
const VIRIDIS = [
  [68, 1, 84],
  [59, 82, 139],
  [33, 145, 140],
  [94, 201, 98],
  [253, 231, 37],
];

/**
 * Filled contours of a positive function of two numbers, on a logarithmic scale, with one colour below the first level and one above the last.
 *
 * @throws InputError if the function is negative or not a number somewhere in its ranges
 * @example
 * surface(rosenbrock, { x: [-2, 2], y: [-1, 3], levels: { from: 0.1, to: 1000, count: 30 },
 *   mark: { x: 1, y: 1, name: 'minimum' }, title: 'A narrow valley' });
 */
export function surface(
  value: (x: number, y: number) => number,
  { x, y, view = { x, y }, levels: { from, to, count }, mark, title }: SurfaceOptions,
): Figure {
  const along = ([low, high]: readonly [number, number]) =>
    Array.from({ length: SIDE }, (_, index) => low + (index * (high - low)) / (SIDE - 1));
  const grid = { x: along(x), y: along(y) };
  const values = grid.y.map((up) => grid.x.map((across) => value(across, up)));
  if (!values.flat().every((own) => own >= 0 && Number.isFinite(own)))
    throw new InputError(
      `${title}: the function has a value that is negative or not a number; give another range`,
    );
  const [low, high] = [Math.log10(from), Math.log10(to)];
  const thresholds = Array.from({ length: count }, (_, index) => low + (index * (high - low)) / (count - 1));
  const logarithms = values.map((row) => row.map((own) => Math.max(low - 1, Math.log10(own))));
  const levels = levelsOf({ ...grid, values: logarithms }, { thresholds, side: SIDE });
  // Band 0 is below the first level, band `count` above the last one.
  const colour = (band: number) => viridis(band / count);
  /** Of a level, on the scale at the right. */
  const height = (level: number) => (1 + ((level - low) / (high - low)) * (count - 1)) / (count + 1);
  const ticks = Array.from(
    { length: Math.floor(high) - Math.ceil(low) + 1 },
    (_, index) => Math.ceil(low) + index,
  );
  return {
    data: [
      ...levels.map(({ value: level, rings }) => {
        const own = colour(thresholds.indexOf(level) + 1);
        return pathTrace(rings, { fill: 'toself', fillcolor: own, line: { color: own, width: 0.5 } });
      }),
      {
        ...{ type: 'scatter', mode: 'markers', x: [mark.x], y: [mark.y] },
        hovertext: [plainText(mark.name)],
        marker: { symbol: 'x', size: 13, color: LIMIT, opacity: 1, line: { color: 'white', width: 1.2 } },
      },
    ],
    layout: {
      width: PLOT.width + 168,
      height: PLOT.height + 76,
      margin: { l: 72, r: 96, t: 12, b: 64 },
      plot_bgcolor: colour(0),
      showlegend: false,
      xaxis: axis('x', { range: [...view.x], showgrid: false, showline: true }),
      yaxis: axis('y', { range: [...view.y], showgrid: false, showline: true }),
      shapes: Array.from({ length: count + 1 }, (_, band) => ({
        ...{ type: 'rect', xref: 'paper', yref: 'paper', x0: 1.03, x1: 1.06, line: { width: 0 } },
        ...{ y0: band / (count + 1), y1: (band + 1) / (count + 1), fillcolor: colour(band) },
      })),
      annotations: ticks.map((tick) => ({
        ...{ text: formatNumber(10 ** tick, 3), x: 1.065, xref: 'paper', y: height(tick), yref: 'paper' },
        ...{ xanchor: 'left', yanchor: 'middle', showarrow: false, font: { size: 11.5, color: INK } },
      })),
    },
    title,
    reading:
      `The colour is the value of the function, on the logarithmic scale at the right. The cross is ${mark.name}: ` +
      `${formatNumber(value(mark.x, mark.y), 5)} at x = ${formatNumber(mark.x, 4)}, y = ${formatNumber(mark.y, 4)}.`,
  };
}

function viridis(share: number): string {
  const place = Math.min(1, Math.max(0, share)) * (VIRIDIS.length - 1);
  const lower = Math.min(VIRIDIS.length - 2, Math.floor(place));
  const channels = VIRIDIS[lower].map((low, index) =>
    Math.round(low + (place - lower) * (VIRIDIS[lower + 1][index] - low)),
  );
  return `rgb(${channels.join(', ')})`;
}

import { InputError } from '../../foundation';
import { axis, type Figure, formatNumber, formatPercent, type Trace } from '../figure';
import { INK, NEUTRAL } from '../palette';

export interface HistogramOptions {
  title: string;
  /** Title of the horizontal axis, with the unit. */
  x: string;
  range: readonly [low: number, high: number];
  bins: number;
  /** A part of the histogram that is drawn larger at the upper right. */
  zoom?: { x: readonly [low: number, high: number]; counts: readonly [low: number, high: number] };
}

const PLOT = { width: 660, height: 340 };
/** Place of the zoomed part, as shares of the plot. */
const INSET = { x: [0.66, 0.98], y: [0.5, 0.96] } as const;

/**
 * Counts of numbers in equal bins, with a part of it enlarged.
 *
 * @throws InputError without numbers in the range
 * @example
 * valueHistogram(weights, { title: 'Weights', x: 'weight (no unit)', range: [-0.3, 0.3], bins: 250,
 *   zoom: { x: [0.05, 0.1], counts: [0, 800] } });
 */
export function valueHistogram(
  values: Float32Array,
  { title, x, range: [low, high], bins, zoom }: HistogramOptions,
): Figure {
  const width = (high - low) / bins;
  const counts = new Array<number>(bins).fill(0);
  let outside = 0;
  for (const value of values) {
    const bin = Math.floor((value - low) / width);
    if (value === high) counts[bins - 1]++;
    else if (bin >= 0 && bin < bins) counts[bin]++;
    else outside++;
  }
  if (outside === values.length)
    throw new InputError(
      `${title}: none of ${values.length} numbers is between ${low} and ${high}; give another range`,
    );
  const empty = counts.filter((count) => count === 0).length;
  const bars = (axes: object): Trace => ({
    type: 'bar',
    x: counts.map((_, bin) => low + (bin + 0.5) * width),
    y: counts,
    width,
    marker: { color: NEUTRAL },
    ...axes,
  });
  return {
    data: [bars({}), ...(zoom ? [bars({ xaxis: 'x2', yaxis: 'y2' })] : [])],
    layout: {
      width: PLOT.width + 100,
      height: PLOT.height + 68,
      margin: { l: 76, r: 24, t: 10, b: 58 },
      showlegend: false,
      bargap: 0,
      xaxis: axis(x, { range: [low, high], showline: true }),
      yaxis: axis('numbers per bin', { range: [0, 1.05 * Math.max(...counts)], ticks: '' }),
      ...(zoom && insetOf(zoom, [low, high], 1.05 * Math.max(...counts))),
    },
    title,
    reading:
      `${formatNumber(values.length)} numbers in ${formatNumber(bins)} bins, ${formatNumber(empty)} of which are empty; ` +
      `${formatPercent(outside / values.length)} are outside the plot.` +
      (zoom ? ` At the upper right, ${zoom.x[0]} to ${zoom.x[1]} is drawn larger.` : ''),
  };
}

/** Axes of the inset, the rectangle that it enlarges, and lines from one to the other. */
function insetOf(
  zoom: NonNullable<HistogramOptions['zoom']>,
  [low, high]: readonly [number, number],
  most: number,
): Record<string, unknown> {
  const bare = { showticklabels: false, ticks: '', showgrid: false, showline: true, mirror: true };
  const line = { color: INK, width: 1 };
  const across = (value: number) => (value - low) / (high - low);
  const up = (count: number) => Math.min(1, count / most);
  const from = {
    left: across(zoom.x[0]),
    right: across(zoom.x[1]),
    bottom: up(zoom.counts[0]),
    top: up(zoom.counts[1]),
  };
  const connector = (x0: number, y0: number, x1: number, y1: number) => ({
    type: 'line',
    ...{ xref: 'paper', yref: 'paper', x0, y0, x1, y1 },
    line: { ...line, color: 'rgba(60, 60, 60, 0.5)' },
  });
  return {
    xaxis2: axis('', { ...bare, domain: INSET.x, anchor: 'y2', range: [...zoom.x] }),
    yaxis2: axis('', { ...bare, domain: INSET.y, anchor: 'x2', range: [...zoom.counts] }),
    shapes: [
      {
        type: 'rect',
        ...{ xref: 'paper', yref: 'paper', x0: from.left, x1: from.right, y0: from.bottom, y1: from.top },
        line,
      },
      connector(from.left, from.top, INSET.x[0], INSET.y[0]),
      connector(from.right, from.top, INSET.x[1], INSET.y[0]),
    ],
  };
}

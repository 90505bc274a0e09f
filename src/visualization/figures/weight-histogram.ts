import { InputError } from '../../foundation';
import { axis, type Figure, formatNumber, formatPercent } from '../figure';
import { LIMIT, NEUTRAL } from '../palette';

const BINS = 101;
const LEVELS = 127;

/** Distribution of a matrix's weights, over the symmetric range that 8 bits with one scale must cover. */
export function weightHistogram({ name, data }: { name: string; data: Float32Array }): Figure {
  const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!(largest > 0 && Number.isFinite(largest)))
    throw new InputError(`${name}: has no nonzero weights to draw; choose a matrix of a trained model`);
  const width = (2 * largest) / BINS;
  const counts = new Array<number>(BINS).fill(0);
  for (const value of data) counts[Math.min(BINS - 1, Math.floor((value + largest) / width))]++;
  const magnitudes = data.map(Math.abs).sort();
  const most = magnitudes[Math.ceil(0.99 * magnitudes.length) - 1];
  const step = largest / LEVELS;
  const within = data.reduce((sum, value) => sum + (Math.abs(value) < step / 2 ? 1 : 0), 0) / data.length;
  return {
    data: [
      {
        type: 'bar',
        x: counts.map((_, bin) => (bin + 0.5) * width - largest),
        y: counts.map((count) => (100 * count) / data.length),
        width,
        marker: { color: NEUTRAL },
      },
    ],
    layout: {
      width: 760,
      height: 300,
      margin: { l: 72, r: 30, t: 10, b: 56 },
      showlegend: false,
      xaxis: axis('weight (no unit)', { range: [-1.05 * largest, 1.05 * largest], showline: true }),
      yaxis: axis('share of weights (%, logarithmic)', {
        ...{ type: 'log', dtick: 1, exponentformat: 'none', ticks: '' },
      }),
      shapes: [-most, most].map((x) => ({
        type: 'line',
        ...{ x0: x, x1: x, y0: 0, y1: 1, yref: 'paper' },
        line: { color: LIMIT, width: 1.5, dash: 'dash' },
      })),
    },
    title: `The largest weight is ${formatNumber(largest / most, 1)} times as far from zero as 99 % of all`,
    reading:
      `${name}: 99 % of its ${formatNumber(data.length)} weights are between the dashed lines at ±${most.toPrecision(2)}. ` +
      `A single scale for all has steps of ${step.toPrecision(2)}, ` +
      `and ${formatPercent(within)} of the weights become 0.`,
  };
}

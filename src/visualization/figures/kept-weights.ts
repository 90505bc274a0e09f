import { InputError } from '../../foundation';
import { axis, type Figure, formatNumber, formatPercent, plainText, type Trace } from '../figure';
import { LIMIT, NEUTRAL, withOpacity } from '../palette';

/** Weights of one matrix that a method kept, before and after its training. */
export interface KeptWeights {
  method: string;
  before: Float32Array;
  after: Float32Array;
}

/** More discs add no information and make the figure slow. */
const MOST_POINTS = 2500;
const PANEL = 360;
const GAP = 0.09;

/**
 * Kept weights before and after pruning, one panel per method: magnitude keeps no weight that was small, movement does.
 *
 * @throws InputError without a method, or if the numbers of one do not match
 */
export function keptWeightsFigure(methods: readonly KeptWeights[]): Figure {
  if (methods.length === 0) throw new InputError('There is no pruned model to draw; prune one');
  for (const { method, before, after } of methods)
    if (before.length === 0 || before.length !== after.length)
      throw new InputError(
        `${method}: ${before.length} weights before and ${after.length} after; give the same weights twice`,
      );
  const largest = methods.reduce(
    (most, { before, after }) => Math.max(most, quantileOfSize(before), quantileOfSize(after)),
    0,
  );
  const width = (1 - GAP * (methods.length - 1)) / methods.length;
  const axes = methods.map((_, index) => (index === 0 ? '' : String(index + 1)));
  const range = [-1.1 * largest, 1.1 * largest];
  const layoutAxes = axes.flatMap((suffix, index) => {
    const start = index * (width + GAP);
    return [
      [
        `xaxis${suffix}`,
        axis('weight before', {
          range,
          domain: [start, start + width],
          anchor: `y${suffix}`,
          zeroline: true,
          zerolinecolor: LIMIT,
        }),
      ],
      [
        `yaxis${suffix}`,
        axis(index === 0 ? 'weight after' : '', {
          range,
          anchor: `x${suffix}`,
          zeroline: true,
          zerolinecolor: LIMIT,
        }),
      ],
    ];
  });
  return {
    data: methods.map(({ before, after }, index): Trace => {
      const stride = Math.max(1, before.length / MOST_POINTS);
      const shown = Array.from({ length: Math.floor(before.length / stride) }, (_, place) =>
        Math.floor(place * stride),
      );
      return {
        ...{ type: 'scatter', mode: 'markers', xaxis: `x${axes[index]}`, yaxis: `y${axes[index]}` },
        x: shown.map((place) => before[place]),
        y: shown.map((place) => after[place]),
        marker: { color: withOpacity(NEUTRAL, 0.4), size: 3.5 },
      };
    }),
    layout: {
      width: PANEL * methods.length + 100,
      height: PANEL + 100,
      margin: { l: 76, r: 24, t: 34, b: 58 },
      showlegend: false,
      ...Object.fromEntries(layoutAxes),
      annotations: methods.map(({ method }, index) => ({
        ...{
          text: `<b>${plainText(method)}</b>`,
          xref: 'paper',
          yref: 'paper',
          showarrow: false,
          font: { size: 12.5 },
        },
        ...{ x: index * (width + GAP) + width / 2, xanchor: 'center', y: 1, yanchor: 'bottom', yshift: 6 },
      })),
    },
    title: 'Which weights survive, and how they moved',
    reading: `${methods.map((one) => describe(one, largest)).join('; ')}. At most ${formatNumber(MOST_POINTS)} weights are drawn per panel.`,
  };
}

/** A weight is small if it was less than a tenth of what nearly all weights stay below. */
function describe({ method, before }: KeptWeights, largest: number): string {
  const small = before.filter((value) => Math.abs(value) < largest / 10).length;
  return `${method}: ${formatPercent(small / before.length)} of the kept weights were small before (below ${(largest / 10).toPrecision(2)})`;
}

/** Size below which 99.5 % of the numbers are. */
function quantileOfSize(values: Float32Array): number {
  const sizes = values.map(Math.abs).sort();
  return sizes[Math.floor(0.995 * (sizes.length - 1))];
}

import { maskSmallest } from '../../compression';
import { InputError } from '../../foundation';
import { axis, type Figure, formatPercent, type Trace } from '../figure';
import { LIMIT, NEUTRAL, withOpacity } from '../palette';

/** More discs add no information and make the figure slow. */
const MOST_POINTS = 4000;

const GROUPS = [
  { name: 'kept by both', colour: NEUTRAL },
  { name: 'kept by magnitude only', colour: '#E69F00' },
  { name: 'kept by movement only', colour: '#009E73' },
  { name: 'removed by both', colour: '#B8BDC4' },
];

/**
 * Magnitude against movement score of the same weights, coloured by which of the two methods keeps them.
 *
 * @param scores in the order of the weights @param sparsity share that each method removes
 */
export function pruningScores(
  { weights, scores }: { weights: Float32Array; scores: Float32Array },
  sparsity: number,
): Figure {
  if (weights.length === 0 || weights.length !== scores.length)
    throw new InputError(`${scores.length} scores for ${weights.length} weights; give one for each`);
  const count = Math.round(sparsity * weights.length);
  const large = maskSmallest(weights, count, true);
  const moving = maskSmallest(scores, count, false);
  const groupOf = (index: number) => (large[index] ? (moving[index] ? 0 : 1) : moving[index] ? 2 : 3);
  let agreed = 0;
  for (let index = 0; index < weights.length; index++) if (large[index] === moving[index]) agreed++;
  const byChance = sparsity ** 2 + (1 - sparsity) ** 2;
  const scale = scores.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const stride = Math.max(1, weights.length / MOST_POINTS);
  const shown = Array.from({ length: Math.floor(weights.length / stride) }, (_, place) =>
    Math.floor(place * stride),
  );
  const limit = [...shown].map((index) => Math.abs(scores[index]) / scale).sort((one, other) => one - other)[
    Math.floor(0.99 * (shown.length - 1))
  ];
  return {
    data: GROUPS.map(({ name, colour }, group): Trace => {
      const own = shown.filter((index) => groupOf(index) === group);
      return {
        type: 'scatter',
        mode: 'markers',
        name,
        x: own.map((index) => weights[index]),
        y: own.map((index) => scores[index] / scale),
        marker: { color: withOpacity(colour, 0.55), size: 4 },
      };
    }),
    layout: {
      width: 760,
      height: 430,
      margin: { l: 78, r: 24, t: 34, b: 56 },
      showlegend: true,
      legend: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom', font: { size: 11.5 } },
      xaxis: axis('weight (no unit)', { showline: true, zeroline: true, zerolinecolor: LIMIT }),
      yaxis: axis('movement score (largest of all = 1)', {
        range: [-1.1 * limit, 1.1 * limit],
        zeroline: true,
        zerolinecolor: LIMIT,
      }),
    },
    title: `With ${formatPercent(sparsity)} removed, magnitude and movement agree on ${formatPercent(agreed / weights.length)} of the weights (${formatPercent(byChance)} by chance)`,
    reading:
      'Magnitude keeps the weights at both sides, movement those at the top. ' +
      `${shown.length} weights are drawn; scores beyond the 99th percentile are outside the plot.`,
  };
}

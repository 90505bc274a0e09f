import { cubicRise, type SparsityOptions } from '../../compression';
import { axis, type Figure, formatPercent } from '../figure';
import { LIMIT, NEUTRAL } from '../palette';

const POINTS = 101;

/** Share of zeros over a run, from the schedule function of `sparsify`. */
export function sparsitySchedule(options: Pick<SparsityOptions, 'sparsity' | 'begin' | 'end'>): Figure {
  const { sparsity, begin, end } = options;
  const shares = Array.from({ length: POINTS }, (_, index) => index / (POINTS - 1));
  const zeros = (share: number) => sparsity * cubicRise(share, options);
  const middle = (begin + end) / 2;
  return {
    data: [
      {
        type: 'scatter',
        mode: 'lines',
        x: shares.map((share) => 100 * share),
        y: shares.map((share) => 100 * zeros(share)),
        line: { color: NEUTRAL, width: 2.4 },
      },
    ],
    layout: {
      width: 640,
      height: 300,
      margin: { l: 72, r: 30, t: 10, b: 56 },
      showlegend: false,
      xaxis: axis('steps done (% of the run)', { range: [0, 100], showline: true }),
      yaxis: axis('weights that are zero (%)', { range: [0, 100], ticks: '' }),
      shapes: [begin, end].map((share) => ({
        type: 'line',
        ...{ x0: 100 * share, x1: 100 * share, y0: 0, y1: 1, yref: 'paper' },
        line: { color: LIMIT, width: 1.2, dash: 'dash' },
      })),
    },
    title: `Half-way, ${formatPercent(zeros(middle))} of the weights are zero, of ${formatPercent(sparsity)} at the end`,
    reading: `Weights are set to zero between the dashed lines, fast at first${end < 1 ? '; the rest of the run is for recovery' : ''}.`,
  };
}

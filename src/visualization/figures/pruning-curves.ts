import type { SparsityOptions } from '../../compression';
import { InputError } from '../../foundation';
import { axis, type Figure, formatNumber, type Trace } from '../figure';
import { INK } from '../palette';

/** One case of the study: what is removed from a model, and whether it is fine-tuned afterwards. */
export interface PruningCase {
  method: 'dense' | SparsityOptions['method'] | 'heads' | 'neurons' | 'layers';
  /** The setting: share of zeros, penalty on scores, or number of removed parts. */
  amount: number;
  trained: boolean;
}

/** The measurements of a case. */
export interface PruningRow extends PruningCase {
  /** Remaining nonzero weights of the encoder's layers, as a share of the dense model's. */
  remaining: number;
  /** Strict span F1; null for a label without gold mentions. */
  f1: Record<string, number | null>;
  meanF1: number | null;
  /** As 32-bit floats; with zeros, as a bitmask with the nonzero values. */
  megabytes: number;
  /** Latency per sentence of the model and of the dense one, measured alternately; null if no structure was removed. */
  medianMs: number | null;
  denseMedianMs: number | null;
  steps: number;
  seconds: number;
}

const METHODS: Record<
  Exclude<PruningRow['method'], 'dense'>,
  { name: string; colour: string; symbol: string }
> = {
  magnitude: { name: 'magnitude', colour: '#0072B2', symbol: 'circle' },
  movement: { name: 'movement, hard', colour: '#D55E00', symbol: 'circle' },
  soft_movement: { name: 'movement, soft', colour: '#E69F00', symbol: 'circle' },
  heads: { name: 'heads', colour: '#CC79A7', symbol: 'square' },
  neurons: { name: 'neurons', colour: '#009E73', symbol: 'square' },
  layers: { name: 'layers', colour: '#56B4E9', symbol: 'square' },
};

/** Mean strict F1 against the remaining weights: one line per method, dotted without further training. */
export function pruningCurves(rows: readonly PruningRow[]): Figure {
  const known = rows.filter(({ meanF1 }) => meanF1 !== null);
  const dense = known.find(({ method, trained }) => method === 'dense' && !trained);
  if (!dense || known.length < 2)
    throw new InputError('A pruning study needs the dense model and a pruned one; run the study first');
  const data: Trace[] = [];
  for (const trained of [true, false])
    for (const [method, { name, colour, symbol }] of Object.entries(METHODS)) {
      const own = known
        .filter((row) => row.method === method && row.trained === trained)
        .sort((one, other) => other.remaining - one.remaining);
      if (own.length === 0) continue;
      data.push({
        type: 'scatter',
        mode: 'lines+markers',
        name: trained ? `${name}, fine-tuned` : name,
        x: own.map(({ remaining }) => 100 * remaining),
        y: own.map(({ meanF1 }) => meanF1),
        line: { color: colour, width: 2, dash: trained ? 'solid' : 'dot' },
        marker: { color: trained ? colour : '#FFFFFF', size: 8, symbol, line: { color: colour, width: 1.5 } },
      });
    }
  const trainedOn = known.filter(({ method, trained }) => method !== 'dense' && trained);
  const denseTrained = known.find(({ method, trained }) => method === 'dense' && trained);
  const nameOf = ({ method }: PruningRow) => METHODS[method as keyof typeof METHODS].name;
  const best = trainedOn
    .filter(({ remaining }) => remaining <= 0.55)
    .sort((one, other) => other.meanF1! - one.meanF1!)[0];
  return {
    data,
    layout: {
      width: 920,
      height: 430,
      margin: { l: 72, r: 210, t: 10, b: 56 },
      showlegend: true,
      legend: { x: 1.02, y: 1, font: { size: 11.5 } },
      xaxis: axis("remaining weights of the encoder's layers (%)", { range: [102, -2], showline: true }),
      yaxis: axis('mean strict F1 of the classes', {
        range: [0, Math.min(1, dense.meanF1! + 0.12)],
        ticks: '',
      }),
      shapes: [dense, ...(denseTrained ? [denseTrained] : [])].map(({ meanF1, trained }) => ({
        type: 'line',
        ...{ x0: 0, x1: 1, xref: 'paper', y0: meanF1, y1: meanF1 },
        line: { color: INK, width: 1, dash: trained ? 'solid' : 'dot' },
      })),
    },
    title: best
      ? `With ${formatNumber(100 * best.remaining)} % of the weights left, ${nameOf(best)} keeps most: F1 ${best.meanF1!.toFixed(3)} of ${(denseTrained ?? dense).meanF1!.toFixed(3)}`
      : 'F1 falls with the weights that are left',
    reading:
      'Dotted: without further training. Horizontal lines: the dense model, ' +
      `${dense.meanF1!.toFixed(3)}${denseTrained ? `, and ${denseTrained.meanF1!.toFixed(3)} after the same further training` : ''}. One seed.`,
  };
}

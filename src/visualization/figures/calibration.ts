import type { Reliability } from '../../evaluation';
import { type Figure, formatNumber, plainText, type Trace } from '../figure';
import { LIMIT, labelColours } from '../palette';
import { chooseLabels, type ShownLabels } from '../shown-labels';
import { unitSquares } from './panels';

/** Discs with fewer tokens are drawn hollow: their share is unreliable. */
const FEW_TOKENS = 30;

/**
 * Reliability diagrams, one panel per label: the share of tokens inside gold mentions against the predicted probability. Null if no
 * source is annotated for the label.
 */
export function calibration(reliabilities: Readonly<Record<string, Reliability | null>>): Figure {
  const labels = Object.keys(reliabilities);
  const colours = labelColours(labels);
  const chosen = chooseLabels(labels, {
    weight: (label) => goldTokens(reliabilities[label]),
    which: 'those with the most gold tokens',
  });
  const { panels, layout } = unitSquares(
    chosen.shown,
    chosen.shown.map((label) => describe(reliabilities[label])),
    { x: 'mean probability in the bin', y: 'share inside gold mentions' },
  );
  const shapes: Record<string, unknown>[] = [];
  const data = panels.map((panel, index): Trace => {
    const label = chosen.shown[index];
    const bins = reliabilities[label]?.bins ?? [];
    const [xref, yref] = [`x${panel.suffix}`, `y${panel.suffix}`];
    shapes.push({
      type: 'line',
      layer: 'below',
      ...{ xref, yref, x0: 0, y0: 0, x1: 1, y1: 1 },
      line: { color: LIMIT, width: 1.2, dash: 'dash' },
    });
    return {
      type: 'scatter',
      mode: 'lines+markers',
      name: plainText(label),
      x: bins.map(({ meanProbability }) => meanProbability),
      y: bins.map(({ share }) => share),
      ...{ xaxis: xref, yaxis: yref },
      cliponaxis: false,
      line: { color: colours[label], width: 2 },
      marker: {
        size: 8,
        color: bins.map((bin) => (bin.tokens < FEW_TOKENS ? 'white' : colours[label])),
        line: { color: colours[label], width: 1.6 },
      },
      hovertext: bins.map((bin) => `${formatNumber(bin.tokens)} tokens`),
      hoverinfo: 'text+x+y',
    };
  });
  layout.shapes = shapes;
  return {
    data,
    layout,
    title: 'Calibration of token probabilities',
    reading: reading(reliabilities, chosen),
  };
}

function goldTokens(known: Reliability | null): number {
  return known ? known.bins.reduce((sum, { share, tokens }) => sum + share * tokens, 0) : -1;
}

function describe(known: Reliability | null): string {
  if (!known) return '<i>not annotated</i>';
  const tokens = known.bins.reduce((sum, bin) => sum + bin.tokens, 0);
  return `ECE ${known.expectedCalibrationError.toFixed(4)}, ${formatNumber(tokens)} tokens`;
}

function reading(
  reliabilities: Readonly<Record<string, Reliability | null>>,
  { shown, note }: ShownLabels,
): string {
  const explanation =
    'On the dashed line the model is well calibrated, below it overconfident, above it underconfident; ' +
    `hollow: fewer than ${FEW_TOKENS} tokens`;
  const known = shown.filter((label) => reliabilities[label]);
  if (known.length === 0) return `${explanation}.${note}`;
  const errorOf = (label: string) => reliabilities[label]!.expectedCalibrationError;
  const worst = known.reduce((one, other) => (errorOf(other) > errorOf(one) ? other : one));
  return `${explanation}; the expected calibration error (ECE) is largest for ${worst}, ${errorOf(worst).toFixed(4)}.${note}`;
}

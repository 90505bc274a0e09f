import { type Reliability, wilsonInterval } from '../../evaluation';
import { type Figure, formatNumber, plainText, type Trace } from '../figure';
import { LIMIT, labelColours } from '../palette';
import { chooseLabels, listLabels, type ShownLabels } from '../shown-labels';
import { unitSquares } from './panels';

/** Discs with fewer tokens or texts are drawn hollow: their share is unreliable. */
const FEW = 30;

const WORDS = {
  tokens: {
    x: 'mean probability in the bin',
    y: 'share inside gold mentions',
    which: 'those with the most gold tokens',
    none: 'not annotated',
  },
  texts: {
    x: 'mean confidence in the bin',
    y: 'share right',
    which: 'those with the most texts right',
    none: 'no texts',
  },
};

/**
 * Reliability diagrams. Of tokens: one panel per label, the share of tokens inside gold mentions against the predicted probability;
 * null if no source is annotated for the label. Of texts: one panel per classifier, the share of texts classified right against the
 * confidence, which is the probability of the predicted label.
 *
 * @param reliabilities by label or by classifier, from `reliability` or `textReliability`
 * @example
 * calibration({ BERT: textReliability(report.answers) }, 'texts');
 */
export function calibration(
  reliabilities: Readonly<Record<string, Reliability | null>>,
  items: keyof typeof WORDS = 'tokens',
): Figure {
  const { x, y, which } = WORDS[items];
  const labels = Object.keys(reliabilities);
  const colours = labelColours(labels);
  const chosen = chooseLabels(labels, {
    weight: (label) => countInside(reliabilities[label]),
    which,
  });
  const { panels, layout } = unitSquares(
    chosen.shown,
    chosen.shown.map((label) => describe(reliabilities[label], items)),
    { x, y },
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
      // The tokens of an article are not independent, texts are taken as such.
      ...(items === 'texts' && { error_y: wilsonBars(bins, colours[label]) }),
      ...{ xaxis: xref, yaxis: yref },
      cliponaxis: false,
      line: { color: colours[label], width: 2 },
      marker: {
        size: 8,
        color: bins.map((bin) => (bin.count < FEW ? 'white' : colours[label])),
        line: { color: colours[label], width: 1.6 },
      },
      hovertext: bins.map((bin) => `${formatNumber(bin.count)} ${items}`),
      hoverinfo: 'text+x+y',
    };
  });
  layout.shapes = shapes;
  return {
    data,
    layout,
    title: titleOf(reliabilities, chosen.shown),
    reading: reading(reliabilities, chosen, items),
  };
}

/** Where nothing is decided yet: nearly all tokens are certainly outside and would hide what happens between. */
const UNDECIDED = [0.1, 0.9] as const;
/** Mean differences from the true share up to this are called right. */
const CLOSE = 0.05;

/** Names the panels whose undecided probabilities are too high or too low. */
function titleOf(
  reliabilities: Readonly<Record<string, Reliability | null>>,
  shown: readonly string[],
): string {
  const excessOf = (label: string) => {
    const bins = (reliabilities[label]?.bins ?? []).filter(
      ({ meanProbability }) => meanProbability >= UNDECIDED[0] && meanProbability <= UNDECIDED[1],
    );
    const count = bins.reduce((sum, bin) => sum + bin.count, 0);
    return (
      bins.reduce((sum, bin) => sum + bin.count * (bin.meanProbability - bin.share), 0) / Math.max(1, count)
    );
  };
  const wrong = [
    { labels: shown.filter((label) => excessOf(label) > CLOSE), how: 'too high' },
    { labels: shown.filter((label) => excessOf(label) < -CLOSE), how: 'too low' },
  ].flatMap(({ labels, how }) => (labels.length > 0 ? `of ${listLabels(labels)} are ${how}` : []));
  const found = wrong.length > 0 ? wrong.join('; those ') : `are right to within ${CLOSE}`;
  return `Between ${UNDECIDED.join(' and ')}, probabilities ${found}`;
}

/** Wilson's 95% interval of the share in each bin, as error bars. */
function wilsonBars(bins: Reliability['bins'], color: string): Record<string, unknown> {
  const intervals = bins.map(({ share, count }) => wilsonInterval(Math.round(share * count), count)!);
  return {
    type: 'data',
    array: bins.map(({ share }, bin) => Math.max(0, intervals[bin][1] - share)),
    arrayminus: bins.map(({ share }, bin) => Math.max(0, share - intervals[bin][0])),
    ...{ color, thickness: 1, width: 3 },
  };
}

function countInside(known: Reliability | null): number {
  return known ? known.bins.reduce((sum, { share, count }) => sum + share * count, 0) : -1;
}

function describe(known: Reliability | null, items: keyof typeof WORDS): string {
  if (!known) return `<i>${WORDS[items].none}</i>`;
  const count = known.bins.reduce((sum, bin) => sum + bin.count, 0);
  return `ECE ${known.expectedCalibrationError.toFixed(4)}, ${formatNumber(count)} ${items}`;
}

function reading(
  reliabilities: Readonly<Record<string, Reliability | null>>,
  { shown, note }: ShownLabels,
  items: keyof typeof WORDS,
): string {
  const explanation =
    'On the dashed line the model is well calibrated, below it overconfident, above it underconfident; ' +
    `hollow: fewer than ${FEW} ${items}${items === 'texts' ? '; bars: 95 % intervals' : ''}`;
  const known = shown.filter((label) => reliabilities[label]);
  if (known.length === 0) return `${explanation}.${note}`;
  const errorOf = (label: string) => reliabilities[label]!.expectedCalibrationError;
  if (known.length === 1)
    return `${explanation}; the expected calibration error (ECE) is ${errorOf(known[0]).toFixed(4)}.${note}`;
  const worst = known.reduce((one, other) => (errorOf(other) > errorOf(one) ? other : one));
  return `${explanation}; the expected calibration error (ECE) is largest for ${worst}, ${errorOf(worst).toFixed(4)}.${note}`;
}

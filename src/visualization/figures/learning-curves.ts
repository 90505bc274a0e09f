import type { EvaluationRow, MetricsRow, StepRow } from '../../training';
import { axis, type Figure, formatNumber, plainText, type Trace } from '../figure';
import { LIMIT, labelColours, NEUTRAL, withOpacity } from '../palette';
import { chooseLabels, labelsIn, listLabels } from '../shown-labels';
import { lineEnds } from './line-ends';
import { movingMean, smoothingWindow } from './moving-mean';

const PLOT_HEIGHT = 300;

/** Two panels: loss over steps (train by step and smoothed, dev by epoch), and dev F1 by label over epochs: strict span F1 of a tagger. */
export function learningCurves(rows: readonly MetricsRow[]): Figure {
  const steps = rows.filter((row): row is StepRow => row.kind === 'step');
  const evaluations = rows.filter((row): row is EvaluationRow => row.kind === 'evaluation');
  const window = smoothingWindow(steps.length);
  const smooth = movingMean(
    steps.map(({ loss }) => loss),
    window,
  );
  const labels = labelsIn(evaluations.map(({ f1 }) => f1 ?? {}));
  const colours = labelColours(labels);
  const isKnown = (label: string) => evaluations.some(({ f1 }) => f1?.[label] != null);
  const unknown = labels.filter((label) => !isKnown(label));
  const { shown: known, note } = chooseLabels(labels.filter(isKnown), {
    weight: () => 0,
    which: 'the first',
  });

  const data: Trace[] = [
    {
      type: 'scatter',
      mode: 'lines',
      name: 'train loss, each step',
      x: steps.map(({ step }) => step),
      y: steps.map(({ loss }) => loss),
      line: { color: withOpacity(NEUTRAL, 0.3), width: 1 },
    },
    {
      type: 'scatter',
      mode: 'lines',
      name: window > 1 ? `train loss, mean of ${window} steps` : 'train loss',
      x: steps.map(({ step }) => step),
      y: smooth,
      line: { color: NEUTRAL, width: 2.2 },
    },
    {
      type: 'scatter',
      mode: 'lines+markers',
      name: 'dev loss',
      x: evaluations.map(({ step }) => step),
      y: evaluations.map(({ loss }) => loss),
      line: { color: LIMIT, width: 2, dash: 'dot' },
      marker: { color: LIMIT, size: 8, symbol: 'diamond' },
    },
    ...known.map((label) => ({
      type: 'scatter' as const,
      mode: 'lines+markers',
      name: plainText(label),
      showlegend: false,
      x: evaluations.map(({ epoch }) => epoch),
      y: evaluations.map(({ f1 }) => f1?.[label] ?? null),
      xaxis: 'x2',
      yaxis: 'y2',
      line: { color: colours[label], width: 2.2 },
      marker: { color: colours[label], size: 7 },
    })),
  ];
  // A single step has no curve.
  if (window === 1) data.shift();

  const lastEpoch = Math.max(1, ...evaluations.map(({ epoch }) => epoch));
  const ends = lineEnds(
    known.map((label) => ({
      label,
      mark: '■',
      colour: colours[label],
      value: evaluations.findLast(({ f1 }) => f1?.[label] != null)!.f1![label]!,
    })),
    { leastHeight: PLOT_HEIGHT, shift: 6 },
  );
  const right = Math.max(160, ends.width);
  return {
    data,
    layout: {
      width: 800 + right,
      height: ends.height + 88,
      margin: { l: 66, r: right, t: 34, b: 54 },
      showlegend: true,
      legend: { orientation: 'h', x: 0, y: 1.03, yanchor: 'bottom', font: { size: 11.5 } },
      xaxis: axis('step', { domain: [0, 0.5], showline: true, showgrid: false, rangemode: 'tozero' }),
      yaxis: axis('loss (nats)', { rangemode: 'tozero', ticks: '' }),
      xaxis2: axis('epoch', {
        domain: [0.6, 1],
        anchor: 'y2',
        range: [evaluations.length > 1 ? 0.8 : 0.5, lastEpoch + (evaluations.length > 1 ? 0.15 : 0.5)],
        dtick: Math.max(1, Math.ceil(lastEpoch / 8)),
        tick0: 1,
        showline: true,
        showgrid: false,
      }),
      // Classifiers of texts report their accuracy too, and have no spans.
      yaxis2: axis(
        evaluations.some(({ accuracy }) => accuracy !== undefined) ? 'F1 on dev' : 'strict F1 on dev',
        { anchor: 'x2', range: [0, 1], ticks: '' },
      ),
      annotations: ends.annotations,
    },
    title: titleOf(evaluations),
    reading: reading(steps, smooth, evaluations, unknown) + note,
  };
}

function titleOf(evaluations: readonly EvaluationRow[]): string {
  if (evaluations.length === 0) return 'Not evaluated on dev yet';
  const best = evaluations.reduce((one, row) => (row.score > one.score ? row : one));
  const epochs = evaluations.length === 1 ? 'after' : `highest of ${evaluations.length} after`;
  return `Mean F1 on dev: ${best.score.toFixed(3)}, ${epochs} epoch ${best.epoch}`;
}

function reading(
  steps: readonly StepRow[],
  smooth: readonly number[],
  evaluations: readonly EvaluationRow[],
  unknown: readonly string[],
): string {
  const sentences: string[] = [];
  const last = steps.at(-1);
  if (!last) sentences.push('No steps logged yet.');
  else {
    sentences.push(
      `Train loss went from ${steps[0].loss.toPrecision(2)} to ${smooth.at(-1)!.toPrecision(2)} in ` +
        `${formatNumber(last.step)} steps.`,
    );
  }
  if (evaluations.length > 1) {
    const lowest = evaluations.reduce((best, row) => (row.loss < best.loss ? row : best));
    sentences.push(`Dev loss was lowest after epoch ${lowest.epoch}.`);
  }
  if (unknown.length) sentences.push(`The dev part has no gold mentions of ${listLabels(unknown)}.`);
  return sentences.join(' ');
}

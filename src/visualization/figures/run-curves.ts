import { InputError } from '../../foundation';
import type { EvaluationRow, MetricsRow, StepRow } from '../../training';
import { axis, type Figure, formatNumber, plainText, type Trace } from '../figure';
import { labelColours, withOpacity } from '../palette';
import { chooseLabels, nameInTitle } from '../shown-labels';
import { lineEnds } from './line-ends';
import { movingMean, smoothingWindow } from './moving-mean';

/** A training run with the rows of its metrics.jsonl. */
export interface LoggedRun {
  name: string;
  rows: readonly MetricsRow[];
}

const PLOT_HEIGHT = 320;
const KEY_HEIGHT = 24;

/**
 * Several training runs in two panels: smoothed train loss, and on dev the accuracy of a text classifier, the F1 of all mentions of a tagger,
 * or the score that selects the epoch if there is neither or they differ. Both against optimizer steps, so that runs with different batch sizes are compared at equal numbers of updates.
 *
 * @throws InputError if no run has rows
 * @example
 * runCurves(['batch-8', 'batch-32'].map((name) => ({ name, rows: readMetrics(`runs/${name}/metrics.jsonl`) })));
 */
export function runCurves(runs: readonly LoggedRun[]): Figure {
  const known = runs.filter(({ rows }) => rows.length > 0);
  if (known.length === 0) throw new InputError('There is no logged run to draw; train at least one');
  const colours = labelColours(runs.map(({ name }) => name));
  const { shown, note } = chooseLabels(
    known.map(({ name }) => name),
    { weight: () => 0, which: 'the first' },
  );
  const measures = new Set(
    known.flatMap(({ rows }) => rows.flatMap((row) => (row.kind === 'evaluation' ? [measureOf(row)] : []))),
  );
  const measure = measures.size === 1 ? [...measures][0] : 'score';
  const drawn = known
    .filter(({ name }) => shown.includes(name))
    .map(({ name, rows }) => {
      const steps = rows.filter((row): row is StepRow => row.kind === 'step');
      const evaluations = rows.filter((row): row is EvaluationRow => row.kind === 'evaluation');
      const scores = evaluations.map((row) => ({ step: row.step, value: measured(row, measure) }));
      return { name, steps, scores, colour: colours[name] };
    });
  const all = drawn.flatMap(({ scores }) => scores.map(({ value }) => value));
  const range: [number, number] = all.length
    ? [Math.max(0, Math.min(...all) - 0.05), Math.min(1, Math.max(...all) + 0.05)]
    : [0, 1];
  const ends = lineEnds(
    drawn.flatMap(({ name, scores, colour }) => {
      const last = scores.at(-1);
      return last ? { label: name, mark: '■', colour, value: last.value } : [];
    }),
    { range, digits: 3, leastHeight: PLOT_HEIGHT, shift: 8 },
  );
  const right = Math.max(120, ends.width);
  // A run that was not evaluated has no name at the end of its line.
  const isKeyed = drawn.some(({ scores }) => scores.length === 0);
  return {
    data: drawn.flatMap(({ name, steps, scores, colour }): Trace[] => {
      const losses = steps.map(({ loss }) => loss);
      const smooth = movingMean(losses, smoothingWindow(losses.length));
      const line = { type: 'scatter' as const, name: plainText(name) };
      return [
        {
          ...line,
          mode: 'lines',
          x: steps.map(({ step }) => step),
          y: losses,
          showlegend: false,
          hoverinfo: 'skip',
          line: { color: withOpacity(colour, 0.18), width: 1 },
        },
        {
          ...line,
          mode: 'lines',
          x: steps.map(({ step }) => step),
          y: smooth,
          line: { color: colour, width: 2.2 },
        },
        {
          ...line,
          mode: 'lines+markers',
          showlegend: false,
          cliponaxis: false,
          x: scores.map(({ step }) => step),
          y: scores.map(({ value }) => value),
          ...{ xaxis: 'x2', yaxis: 'y2' },
          line: { color: colour, width: 2.2 },
          marker: { color: colour, size: 7 },
        },
      ];
    }),
    layout: {
      width: 820 + right,
      height: ends.height + 76 + (isKeyed ? KEY_HEIGHT : 0),
      margin: { l: 66, r: right, t: 18 + (isKeyed ? KEY_HEIGHT : 0), b: 58 },
      showlegend: isKeyed,
      legend: { orientation: 'h', x: 0, y: 1.03, yanchor: 'bottom', font: { size: 11.5 } },
      xaxis: axis('optimizer step', { domain: [0, 0.46], showline: true, rangemode: 'tozero' }),
      yaxis: axis('train loss (cross-entropy)', { rangemode: 'tozero', ticks: '' }),
      xaxis2: axis('optimizer step', {
        domain: [0.56, 1],
        anchor: 'y2',
        showline: true,
        rangemode: 'tozero',
      }),
      yaxis2: axis(`${measure} on dev`, { anchor: 'x2', range, ticks: '' }),
      annotations: ends.annotations,
    },
    title: title(drawn, measure),
    reading:
      `Left: train loss, pale for each step, strong as a moving mean. Right: ${measure} on dev after each epoch; ` +
      `the numbers are the last values.${note}`,
  };
}

type Measure = 'F1' | 'accuracy' | 'score';

/** What tells most of an evaluation: the accuracy of a tagger is that of its tags, most of which mark nothing. */
function measureOf({ precision, recall, accuracy }: EvaluationRow): Measure {
  if (precision !== undefined && recall !== undefined) return 'F1';
  return accuracy === undefined ? 'score' : 'accuracy';
}

function measured(
  { precision = 0, recall = 0, accuracy = 0, score }: EvaluationRow,
  measure: Measure,
): number {
  if (measure === 'score') return score;
  if (measure === 'accuracy') return accuracy;
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}

function title(
  drawn: readonly { name: string; scores: readonly { step: number; value: number }[] }[],
  measure: string,
): string {
  const scores = drawn.flatMap(({ name, scores }) => scores.map((score) => ({ name, ...score })));
  if (scores.length === 0) return 'Train loss; nothing was evaluated yet';
  const best = scores.reduce((one, other) => (other.value > one.value ? other : one));
  return `Best ${measure} on dev: ${best.value.toFixed(3)}, ${nameInTitle(best.name)} at step ${formatNumber(best.step)}`;
}

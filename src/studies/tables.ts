import { wilsonInterval } from '../evaluation';
import { byLabel, formatDuration, type LabelledText } from '../foundation';
import type { EncodedText, Tokenizer } from '../tokenization';
import type { MetricsRow, StepRow } from '../training';
import type { BarSeries, RankedCounts, Row } from '../visualization';
import { type FinishedTrial, isFinished, type TrialOutcome } from './trials';

type Parts = Readonly<Record<string, readonly LabelledText[]>>;

const countOf = (texts: readonly LabelledText[], label: string): number =>
  texts.filter(({ labels }) => labels.includes(label)).length;

/** Number of texts of each part by label. */
export function labelCounts(parts: Parts, labels: readonly string[]): Row[] {
  return Object.entries(parts).map(([part, texts]) => ({
    part,
    texts: texts.length,
    ...byLabel(labels, (label) => countOf(texts, label)),
  }));
}

/** The same for `groupedBars`. */
export function countSeries(parts: Parts, labels: readonly string[]): BarSeries[] {
  return Object.entries(parts).map(([name, texts]) => ({
    name,
    values: byLabel(labels, (label) => countOf(texts, label)),
  }));
}

/** Counts by label for `rankedBars`. */
export function rankedBy(
  counts: Readonly<Record<string, readonly ({ count: number } & ({ word: string } | { opening: string }))[]>>,
): RankedCounts[] {
  return Object.entries(counts).map(([label, own]) => ({
    label,
    counts: own.map((one) => ({ name: 'word' in one ? one.word : one.opening, count: one.count })),
  }));
}

/** The input of an encoder for one text, padded to `length`: one row per place. */
export function tokenRows({ ids }: EncodedText, tokenizer: Tokenizer, length: number): Row[] {
  return Array.from({ length: Math.max(length, ids.length) }, (_, place) => ({
    place,
    token: place < ids.length ? tokenizer.tokenOf(ids[place]) : '[padding]',
    id: place < ids.length ? ids[place] : null,
    mask: place < ids.length ? 1 : 0,
  }));
}

/** Steps and evaluations of a trial, as in its `metrics.jsonl`. */
export const metricsRows = ({ steps, evaluations }: FinishedTrial): MetricsRow[] => [
  ...steps,
  ...evaluations,
];

/** Losses of a loop, as rows for the figures of training. */
export const stepRows = (losses: readonly number[]): StepRow[] =>
  losses.map((loss, index) => ({
    kind: 'step',
    ...{ step: index + 1, epoch: 1, loss, learningRate: 0, gradientNorm: 0, tokens: 0, tokensPerSecond: 0 },
  }));

/** One row per epoch: mean loss of its steps, and the evaluation on dev after it. */
export function epochRows({ steps, evaluations, bestEpoch }: FinishedTrial): Row[] {
  return evaluations.map(({ epoch, loss, accuracy = null, score }) => {
    const own = steps.filter((step) => step.epoch === epoch);
    const seconds = own.reduce((sum, { tokens, tokensPerSecond }) => sum + tokens / tokensPerSecond, 0);
    return {
      epoch: epoch === bestEpoch ? `${epoch} (kept)` : String(epoch),
      'mean train loss': own.reduce((sum, step) => sum + step.loss, 0) / own.length,
      'dev loss': loss,
      'dev accuracy': accuracy,
      'dev macro F1': score,
      'training time (s)': seconds,
    };
  });
}

/** A sentence on the speed of a training. */
export function speedOf({ trainingSeconds, tokens, steps, configuration, precision }: FinishedTrial): string {
  const texts = steps.length * configuration.batchSize;
  return `${formatDuration(trainingSeconds)} of training in ${precision}: ${(texts / trainingSeconds).toFixed(1)} texts/s, ${(steps.length / trainingSeconds).toFixed(1)} steps/s, ${Math.round(tokens / trainingSeconds)} tokens/s.`;
}

const percent = (share: number): string => (100 * share).toFixed(1);

/** "97.3 (96.1 to 98.1)" in percent: Wilson's 95% interval over the texts. */
export function accuracyText(accuracy: number, texts: number): string {
  const interval = wilsonInterval(Math.round(accuracy * texts), texts);
  return interval ? `${percent(accuracy)} (${interval.map(percent).join(' to ')})` : percent(accuracy);
}

/** One row per trial; what was not run says so, and why. */
export function trialRows(outcomes: readonly TrialOutcome[]): Row[] {
  return outcomes.map((outcome) => {
    const { trial } = outcome;
    const finished = isFinished(outcome);
    return {
      training: trial.name,
      'training texts': finished ? outcome.trainingTexts : null,
      'accuracy (%), 95% interval': finished
        ? accuracyText(outcome.test.accuracy, outcome.test.texts)
        : `not run: ${outcome.notRun}`,
      'macro F1 (%)': finished ? 100 * outcome.test.macroF1 : null,
      'training time (s)': finished ? outcome.trainingSeconds : null,
    };
  });
}

/** The mean accuracy of several seeds, with the lowest and the highest. */
export function seedSummary(trials: readonly FinishedTrial[]): { mean: number; low: number; high: number } {
  const accuracies = trials.map(({ test }) => test.accuracy);
  return {
    mean: accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / accuracies.length,
    low: Math.min(...accuracies),
    high: Math.max(...accuracies),
  };
}

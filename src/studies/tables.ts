import {
  type Contributions,
  type Interval,
  type Opening,
  type TfidfClassifier,
  tellingTerms,
  wilsonInterval,
} from '../evaluation';
import { byLabel, formatDuration, InputError, type LabelledText } from '../foundation';
import type { SentenceClassification } from '../inference';
import { ENGLISH_STOP_WORDS, type WordCount } from '../preprocessing';
import type { ClassificationReport, ScoredLabel } from '../tasks';
import type { Tokenizer } from '../tokenization';
import { type MetricsRow, type StepRow, secondsOf } from '../training';
import type { BarSeries, Curve, CurvePoint, RankedCounts, Row, WordChange } from '../visualization';
import { type FinishedTrial, isFinished, type TrialOutcome } from './trials';

/** Texts by the name of their part. */
export type NamedParts = Readonly<Record<string, readonly LabelledText[]>>;

const countOf = (texts: readonly LabelledText[], label: string): number =>
  texts.filter(({ labels }) => labels.includes(label)).length;

/** Number of texts of each part by label. */
export function labelCounts(parts: NamedParts, labels: readonly string[]): Row[] {
  return Object.entries(parts).map(([part, texts]) => ({
    part,
    texts: texts.length,
    ...byLabel(labels, (label) => countOf(texts, label)),
  }));
}

/** The same for `groupedBars`. */
export function countSeries(parts: NamedParts, labels: readonly string[]): BarSeries[] {
  return Object.entries(parts).map(([name, texts]) => ({
    name,
    values: byLabel(labels, (label) => countOf(texts, label)),
  }));
}

/** Counts of words or openings by label, for `rankedBars`. */
export function rankedBy(
  counts: Readonly<Record<string, readonly (WordCount | Opening)[]>>,
  labels: readonly string[],
): RankedCounts[] {
  return labels.map((label) => ({
    label,
    counts: (counts[label] ?? []).map((one) =>
      'word' in one ? { name: one.word, count: one.count } : { name: one.opening, count: one.texts },
    ),
  }));
}

/** The input of an encoder for one text, padded to `length`: one row per place. @param ids with the special tokens // [tokens] */
export function tokenRows(ids: Int32Array, tokenizer: Tokenizer, length: number): Row[] {
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
    return {
      epoch: epoch === bestEpoch ? `${epoch} (kept)` : String(epoch),
      'mean train loss': own.reduce((sum, step) => sum + step.loss, 0) / own.length,
      'dev loss': loss,
      'dev accuracy': accuracy,
      'dev macro F1': score,
      'training time (s)': secondsOf(own),
    };
  });
}

/** Accuracy on the dev texts of the epoch that a training kept. @throws InputError for a tagger, which has none */
export function devAccuracy({
  evaluations,
  bestEpoch,
}: Pick<FinishedTrial, 'evaluations' | 'bestEpoch'>): number {
  const { accuracy } = evaluations[bestEpoch - 1];
  if (accuracy === undefined)
    throw new InputError('a training of a tagger has no accuracy of texts; compare trainings of classifiers');
  return accuracy;
}

/** Mean training loss of all steps of a training. */
export const meanLoss = ({ steps }: Pick<FinishedTrial, 'steps'>): number =>
  mean(steps.map(({ loss }) => loss));

/** A sentence on the speed of a training. */
export function speedOf({
  trainingSeconds,
  trainingTexts,
  tokens,
  steps,
  evaluations,
  precision,
}: FinishedTrial): string {
  const texts = trainingTexts * evaluations.length;
  return `${formatDuration(trainingSeconds)} of training in ${precision}: ${(texts / trainingSeconds).toFixed(1)} texts/s, ${(steps.length / trainingSeconds).toFixed(1)} steps/s, ${Math.round(tokens / trainingSeconds)} tokens/s.`;
}

/** "97.3 (96.1 to 98.1)" in percent: a share or a difference of shares, and an interval. */
export function withInterval(share: number, interval: Interval | null, digits = 1): string {
  const shown = (own: number) => (100 * own).toFixed(digits);
  return interval ? `${shown(share)} (${interval.map(shown).join(' to ')})` : shown(share);
}

/** Wilson's 95% interval of an accuracy over texts. */
const intervalOf = (accuracy: number, texts: number): Interval | null =>
  wilsonInterval(Math.round(accuracy * texts), texts);

/** An accuracy in percent, with its interval over the texts. */
export const accuracyText = (accuracy: number, texts: number, digits?: number): string =>
  withInterval(accuracy, intervalOf(accuracy, texts), digits);

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
      'mean training loss': finished ? mean(outcome.steps.map(({ loss }) => loss)) : null,
      'test loss': finished ? outcome.test.loss : null,
      'training time (s)': finished ? outcome.trainingSeconds : null,
    };
  });
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** One row: accuracy with its interval, and macro F1, in percent. */
export function scoreRow(
  classifier: string,
  { accuracy, macroF1, texts }: Pick<ClassificationReport, 'accuracy' | 'macroF1' | 'texts'>,
): Row {
  return {
    classifier,
    'accuracy (%), 95% interval': accuracyText(accuracy, texts),
    'macro F1 (%)': 100 * macroF1,
  };
}

/** Precision, recall, F1 and number of texts by label. */
export function labelRows({ labels }: Pick<ClassificationReport, 'labels'>): Row[] {
  return Object.entries(labels).map(([label, { precision, recall, f1, support }]) => ({
    label,
    ...{ precision, recall, F1: f1, texts: support },
  }));
}

/** Accuracy of one or several reports at one size: their mean, and Wilson's interval of the mean share over the texts. */
export function pointOf(
  x: number,
  reports: readonly Pick<ClassificationReport, 'accuracy' | 'texts'>[],
): CurvePoint {
  const runs = reports.map(({ accuracy }) => accuracy);
  const value = mean(runs);
  const { texts } = reports[0];
  const interval = intervalOf(value, texts);
  return {
    x,
    value,
    ...(interval && { low: interval[0], high: interval[1] }),
    ...(runs.length > 1 && { runs }),
  };
}

/** One curve per name: accuracy on test against the number that `xOf` gives; trials with the same number are seeds of one point. */
export function accuracyCurves(
  trials: Readonly<Record<string, readonly FinishedTrial[]>>,
  xOf: (trial: FinishedTrial) => number,
): Curve[] {
  return Object.entries(trials).map(([name, own]) => {
    const sizes = [...new Set(own.map(xOf))].sort((one, other) => one - other);
    return {
      name,
      points: sizes.map((x) =>
        pointOf(
          x,
          own.filter((trial) => xOf(trial) === x).map(({ test }) => test),
        ),
      ),
    };
  });
}

/** One row per sentence: probabilities in percent, the winner, and whether it is unsure. */
export function sentenceRows({ sentences }: SentenceClassification, labels: readonly string[]): Row[] {
  return sentences.map(({ text, ranked, unsure }, index) => ({
    sentence: index + 1,
    text,
    ...byLabel(labels, (label) => Number((100 * byName(ranked)[label]).toFixed(2))),
    winner: ranked[0].label,
    unsure: unsure ?? '',
  }));
}

/** Mean probability of each label in percent, the highest first. */
export function meanRows({ means, weightedMeans }: SentenceClassification): Row[] {
  return Object.keys(means)
    .sort((one, other) => means[other] - means[one])
    .map((label) => ({
      label,
      'mean (%)': 100 * means[label],
      'weighted by tokens (%)': 100 * weightedMeans[label],
    }));
}

/** Probability of each label, by label. */
export const byName = (ranked: readonly ScoredLabel[]): Record<string, number> =>
  Object.fromEntries(ranked.map(({ label, score }) => [label, score]));

/** The words of a text, with the change of the winner's probability without each, for `signedBars`. */
export const wordChanges = (text: string, { words }: Contributions): WordChange[] =>
  words.map(({ start, end, drop }) => ({ word: text.slice(start, end), change: -drop }));

/** F1 of each label in percent; null for a label that does not occur. */
export function f1Columns(
  { labels }: Pick<ClassificationReport, 'labels'>,
  names: readonly string[],
): Record<string, number | null> {
  return Object.fromEntries(
    names.map((label): [string, number | null] => {
      const f1 = labels[label]?.f1 ?? null;
      return [`F1 ${label} (%)`, f1 === null ? null : 100 * f1];
    }),
  );
}

/** The terms that speak most for each label, by their weight, for `rankedBars`; terms with a weight of 0 or less are left out. */
export function tellingBars(
  classifier: TfidfClassifier,
  labels: readonly string[],
  most: number,
): RankedCounts[] {
  return labels.map((label) => ({
    label,
    counts: tellingTerms(classifier, label, Number.POSITIVE_INFINITY)
      .filter(({ term, weight }) => weight > 0 && !ENGLISH_STOP_WORDS.has(term))
      .slice(0, most)
      .map(({ term, weight }) => ({ name: term, count: Number(weight.toFixed(2)) })),
  }));
}

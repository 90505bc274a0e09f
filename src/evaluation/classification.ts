import type { ClassificationReport, LabelScore } from '../tasks';
import { type BootstrapOptions, bootstrapUnits, type Interval } from './bootstrap';
import { textCounts } from './text-counts';

/** Precision, recall and F1 averaged over labels; an undefined value counts as 0, as in scikit-learn. */
export interface AverageScore {
  precision: number;
  recall: number;
  f1: number;
}

/** A pair of confused labels. */
export interface Confusion {
  gold: string;
  given: string;
  texts: number;
}

/** The part of a classifier's report beyond the scores by label. */
export interface ClassificationDetails {
  /** 95% bootstrap intervals over texts. */
  intervals: { accuracy: Interval | null; macroF1: Interval | null };
  /** Over the labels that occur in gold or predictions, unweighted (macro) or weighted by the number of texts. */
  averages: { macro: AverageScore; weighted: AverageScore };
  /** The most frequent first; absent if texts may have several labels. */
  confusions: Confusion[];
}

/** The required part of a report of `evaluateTexts`. */
export type ScoredTexts = Pick<ClassificationReport, 'answers' | 'labels' | 'unknown' | 'confusion'>;

/** Computes intervals, averages and confusions for a report of `evaluateTexts`. */
export function detailTexts(report: ScoredTexts, options: BootstrapOptions): ClassificationDetails {
  const { answers, confusion } = report;
  const [accuracy, macroF1] = textIntervals(answers, options);
  return {
    intervals: { accuracy, macroF1 },
    averages: averagesOf(report),
    confusions: confusion ? confusionsOf(answers) : [],
  };
}

/** Intervals of accuracy and macro F1. */
export function textIntervals(
  answers: ClassificationReport['answers'],
  options: BootstrapOptions,
): (Interval | null)[] {
  const { columns, adders, accuracy, macroF1 } = textCounts([answers]);
  return bootstrapUnits(answers.length, columns, adders[0], [accuracy, macroF1], options);
}

function averagesOf({ labels, unknown }: ScoredTexts): ClassificationDetails['averages'] {
  const never = { precision: null, recall: null, f1: null };
  const scores: Pick<LabelScore, 'precision' | 'recall' | 'f1' | 'support'>[] = [
    ...Object.values(labels).filter(({ support, falsePositives }) => support + falsePositives > 0),
    ...Object.values(unknown).map((support) => ({ ...never, support })),
  ];
  const average = (weightOf: (support: number) => number): AverageScore => {
    const total = scores.reduce((sum, { support }) => sum + weightOf(support), 0) || 1;
    const of = (key: keyof AverageScore) =>
      scores.reduce((sum, score) => sum + (score[key] ?? 0) * weightOf(score.support), 0) / total;
    return { precision: of('precision'), recall: of('recall'), f1: of('f1') };
  };
  return { macro: average(() => 1), weighted: average((support) => support) };
}

function confusionsOf(answers: ClassificationReport['answers']): Confusion[] {
  const counts = new Map<string, Confusion>();
  for (const {
    gold: [gold],
    given: [given],
  } of answers) {
    if (gold === given) continue;
    const key = JSON.stringify([gold, given]);
    const confusion = counts.get(key) ?? { gold, given, texts: 0 };
    confusion.texts++;
    counts.set(key, confusion);
  }
  return [...counts.values()].sort((one, other) => other.texts - one.texts);
}

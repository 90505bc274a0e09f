import { byLabel, labelsOf, type Sentence, type Span } from '../foundation';
import { checkOneEach, knownSpans, ratio } from '../tasks';
import { nearestOfClass, overlap, pairIdentical, pairRest, sameBorders } from './pairing';

/**
 * Criteria for comparing a prediction with an overlapping gold mention: `strict`: borders and class; `exact`: borders only; `type`:
 * class only; `partial`: borders, with an overlap counted as one half.
 */
export const MATCH_FAMILIES = ['strict', 'exact', 'type', 'partial'] as const;

export type MatchFamily = (typeof MATCH_FAMILIES)[number];

/** Counts of mentions and the scores derived from them; null if the denominator is 0. */
export interface PartialMatchScore {
  correct: number;
  /** Overlaps a gold mention but does not match it. */
  incorrect: number;
  /** Overlaps with different borders; only in the family `partial`, counted as one half. */
  partial: number;
  /** Gold mentions that no prediction was compared with. */
  missed: number;
  /** Predictions that no gold mention was compared with. */
  spurious: number;
  precision: number | null;
  recall: number | null;
  f1: number | null;
}

export type PartialMatchScores = Record<MatchFamily, PartialMatchScore>;

/**
 * Scores of the four families of SemEval-2013 task 9 (Segura-Bedmar, Martínez and Herrero-Zazo 2013), over all classes and for each
 * class.
 *
 * Counts equal those of Python's nervaluate 1.2.1, except if predictions overlap each other: nervaluate's counts then depend on the
 * order of the predictions; here mentions equal in class and borders are paired before all others, so that `strict.correct` equals
 * the count of `scoreSpans`. One common character is an overlap, whereas nervaluate requires one percent of the gold mention.
 * Without gold, or where nervaluate divides 0 by 0 and gives 0, the score is null.
 *
 * @param predicted one list per sentence, in the order of `gold`
 */
export function scorePartialMatches(
  gold: readonly Sentence[],
  predicted: readonly (readonly Span[])[],
  labels: readonly string[] = labelsOf(gold),
): { overall: PartialMatchScores; byClass: Record<string, PartialMatchScores> } {
  checkOneEach(gold, predicted, 'lists of predicted spans');
  const overall = noFamilyCounts();
  const ofClasses = byLabel(labels, noFamilyCounts);
  gold.forEach((sentence, index) => {
    const right = knownSpans(sentence.spans, sentence);
    const found = knownSpans(predicted[index], sentence);
    addSentence(overall, right, found);
    for (const label of new Set([...right, ...found].map((span) => span.label))) {
      const ofClass = (span: Span) => span.label === label;
      addSentence(ofClasses[label], right.filter(ofClass), found.filter(ofClass));
    }
  });
  return {
    overall: scoresOf(overall),
    byClass: byLabel(labels, (label) => scoresOf(ofClasses[label])),
  };
}

type Counts = Pick<PartialMatchScore, 'correct' | 'incorrect' | 'partial' | 'missed' | 'spurious'>;

function noCounts(): Counts {
  return { correct: 0, incorrect: 0, partial: 0, missed: 0, spurious: 0 };
}

function noFamilyCounts(): Record<MatchFamily, Counts> {
  return { strict: noCounts(), exact: noCounts(), type: noCounts(), partial: noCounts() };
}

/** Whether a pair is correct in a family. */
const IS_CORRECT: Record<MatchFamily, (one: Span, other: Span) => boolean> = {
  strict: (one, other) => one.label === other.label && sameBorders(one, other),
  exact: sameBorders,
  type: (one, other) => one.label === other.label,
  partial: sameBorders,
};

function addSentence(
  counts: Record<MatchFamily, Counts>,
  gold: readonly Span[],
  predicted: readonly Span[],
): void {
  const identical = pairIdentical(gold, predicted);
  for (const family of MATCH_FAMILIES) {
    const { pairs, missed, spurious } = pairRest(identical, (prediction, free) => {
      const best =
        family === 'type'
          ? nearestOfClass(prediction, free)
          : free.findIndex((span) => IS_CORRECT[family](span, prediction));
      return best >= 0 ? best : free.findIndex((span) => overlap(span, prediction));
    });
    const ofFamily = counts[family];
    ofFamily.correct += identical.pairs.length;
    for (const pair of pairs) {
      if (IS_CORRECT[family](pair.gold, pair.predicted)) ofFamily.correct++;
      else ofFamily[family === 'partial' ? 'partial' : 'incorrect']++;
    }
    ofFamily.missed += missed.length;
    ofFamily.spurious += spurious.length;
  }
}

function scoresOf(counts: Record<MatchFamily, Counts>): PartialMatchScores {
  return {
    strict: scoreOf(counts.strict),
    exact: scoreOf(counts.exact),
    type: scoreOf(counts.type),
    partial: scoreOf(counts.partial),
  };
}

function scoreOf(counts: Counts): PartialMatchScore {
  const { correct, incorrect, partial, missed, spurious } = counts;
  const paired = correct + incorrect + partial;
  const worth = correct + partial / 2;
  return {
    ...counts,
    precision: paired + missed === 0 ? null : ratio(worth, paired + spurious),
    recall: ratio(worth, paired + missed),
    f1: paired + missed === 0 ? null : (2 * worth) / (2 * paired + spurious + missed),
  };
}

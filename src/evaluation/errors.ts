import { byLabel, type Sentence, type Span } from '../foundation';
import { checkOneEach, knownSpans } from '../tasks';
import { nearestOfClass, overlap, pairIdentical, pairRest, sameBorders } from './pairing';

/**
 * Outcomes of a mention: `correct`: class and borders match; `wrong border`: the class matches and the text overlaps; `wrong
 * class`: another class for the same or overlapping text; `missed` and `spurious`: no counterpart.
 */
export const MENTION_OUTCOMES = ['correct', 'wrong border', 'wrong class', 'missed', 'spurious'] as const;

export type MentionOutcome = (typeof MENTION_OUTCOMES)[number];

/** One gold mention, one prediction, or a pair of them. */
export interface ComparedMention {
  outcome: MentionOutcome;
  /** Index of the sentence. */
  sentence: number;
  /** Absent for spurious mentions. */
  gold?: Span;
  /** Absent for missed mentions. */
  predicted?: Span;
}

/**
 * Pairs the annotated mentions of every sentence one to one and classifies them: first pairs equal in class and borders, then of
 * the same class with the nearest borders, then with the same borders, then any that overlap. The kinds of errors are those of
 * SemEval-2013 task 9 (Segura-Bedmar, Martínez and Herrero-Zazo 2013), with `incorrect` split into class and border errors.
 *
 * @param predicted one list per sentence, in the order of `gold`
 */
export function compareMentions(
  gold: readonly Sentence[],
  predicted: readonly (readonly Span[])[],
): ComparedMention[] {
  checkOneEach(gold, predicted, 'lists of predicted spans');
  return gold.flatMap((sentence, index) => {
    const identical = pairIdentical(
      knownSpans(sentence.spans, sentence),
      knownSpans(predicted[index], sentence),
    );
    const ofClass = pairRest(identical, nearestOfClass);
    const { pairs, missed, spurious } = pairRest(ofClass, (prediction, free) => {
      const same = free.findIndex((span) => sameBorders(span, prediction));
      return same >= 0 ? same : free.findIndex((span) => overlap(span, prediction));
    });
    const compared: ComparedMention[] = [
      ...identical.pairs.map((pair) => ({ outcome: 'correct' as const, sentence: index, ...pair })),
      ...ofClass.pairs.map((pair) => ({ outcome: 'wrong border' as const, sentence: index, ...pair })),
      ...pairs.map((pair) => ({ outcome: 'wrong class' as const, sentence: index, ...pair })),
      ...missed.map((span) => ({ outcome: 'missed' as const, sentence: index, gold: span })),
      ...spurious.map((span) => ({ outcome: 'spurious' as const, sentence: index, predicted: span })),
    ];
    return compared.sort((one, other) => startOf(one) - startOf(other));
  });
}

function startOf({ gold, predicted }: ComparedMention): number {
  return (gold ?? predicted)!.start;
}

/** Counts the outcomes of each class; a mention of the wrong class counts in its gold class. */
export function countOutcomes(
  compared: readonly ComparedMention[],
  labels: readonly string[],
): Record<string, Record<MentionOutcome, number>> {
  const counts = byLabel(labels, () => ({
    correct: 0,
    'wrong border': 0,
    'wrong class': 0,
    missed: 0,
    spurious: 0,
  }));
  for (const { outcome, gold, predicted } of compared) counts[(gold ?? predicted)!.label][outcome]++;
  return counts;
}

/** Tells of two classes whether any sentence is annotated for both, so that one could be taken for the other. */
export function annotatedTogether(
  sentences: readonly Pick<Sentence, 'annotated'>[],
): (one: string, other: string) => boolean {
  const pairs = new Set(
    sentences.flatMap(({ annotated }) =>
      annotated.flatMap((one) => annotated.map((other) => `${one}\0${other}`)),
    ),
  );
  return (one, other) => pairs.has(`${one}\0${other}`);
}

/**
 * Confusion matrix of classes, ignoring borders: rows gold, columns predicted, in the order of `labels` with "none" last: its
 * column has the missed mentions, its row the spurious ones.
 */
export function classConfusion(compared: readonly ComparedMention[], labels: readonly string[]): number[][] {
  const none = labels.length;
  const place = (span?: Span) => (span ? labels.indexOf(span.label) : none);
  const matrix = Array.from({ length: none + 1 }, () => new Array<number>(none + 1).fill(0)); // [gold][predicted]
  for (const { gold, predicted } of compared) matrix[place(gold)][place(predicted)]++;
  return matrix;
}

import { bySeen } from '../../evaluation';
import type { Sentence, Span } from '../../foundation';
import { type MentionScore, scoreMentions } from './scores';

/** Scores of names that occur in training with the same type, ignoring case, and of the others; a prediction belongs to the group of its text. */
export function scoreBySeen(
  train: readonly Sentence[],
  gold: readonly Sentence[],
  predicted: readonly (readonly Span[])[],
  labels: readonly string[],
  seed: number,
): Record<string, MentionScore[]> {
  const { groupOf, order } = bySeen(train);
  const ofGroup = (group: string, spans: readonly Span[], sentence: Sentence) =>
    spans.filter((span) => groupOf(span, sentence, 0) === group);
  return Object.fromEntries(
    order!.map((group) => [
      group,
      scoreMentions(
        gold.map((sentence) => ({ ...sentence, spans: ofGroup(group, sentence.spans, sentence) })),
        predicted.map((spans, index) => ofGroup(group, spans, gold[index])),
        labels,
        seed,
      ),
    ]),
  );
}

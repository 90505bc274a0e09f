import { compareMentions, MENTION_OUTCOMES, type MentionOutcome } from '../../evaluation';
import type { Sentence, Span } from '../../foundation';
import type { MarkedSentence, StackedItem } from '../../visualization';

/** Number of words by gold and predicted tag // [tags][tags] */
export function tagConfusion(
  gold: readonly (readonly string[])[],
  predicted: readonly (readonly string[])[],
  tags: readonly string[],
): number[][] {
  const place = new Map(tags.map((tag, index) => [tag, index]));
  const counts = tags.map(() => tags.map(() => 0));
  gold.forEach((own, sentence) => {
    own.forEach((tag, word) => {
      counts[place.get(tag)!][place.get(predicted[sentence][word])!]++;
    });
  });
  return counts;
}

/** What a tagger does wrong. */
export interface ErrorSummary {
  count: number;
  /** The most frequent kind first. */
  kinds: { kind: MentionOutcome; count: number }[];
  /** Errors of each kind by label; of a wrong type, by that of the gold mention. */
  bars: StackedItem[];
  /** Sentences with an error, those with most first. */
  worst: MarkedSentence[];
}

/** @param predicted one list per sentence // [sentences] */
export function summarizeErrors(
  gold: readonly Sentence[],
  predicted: readonly (readonly Span[])[],
  labels: readonly string[],
): ErrorSummary {
  const kinds = MENTION_OUTCOMES.filter((outcome) => outcome !== 'correct');
  const errors = compareMentions(gold, predicted).filter(({ outcome }) => outcome !== 'correct');
  const countOf = (kind: MentionOutcome, some = errors) =>
    some.filter(({ outcome }) => outcome === kind).length;
  const bySentence = new Map<number, number>();
  for (const { sentence } of errors) bySentence.set(sentence, (bySentence.get(sentence) ?? 0) + 1);
  return {
    count: errors.length,
    kinds: kinds
      .map((kind) => ({ kind, count: countOf(kind) }))
      .sort((one, other) => other.count - one.count),
    bars: labels.map((label) => {
      const own = errors.filter((one) => (one.gold ?? one.predicted)!.label === label);
      return { text: label, values: Object.fromEntries(kinds.map((kind) => [kind, countOf(kind, own)])) };
    }),
    worst: [...bySentence]
      .sort(([, one], [, other]) => other - one)
      .map(([index, count]) => ({
        text: gold[index].text,
        gold: gold[index].spans,
        predicted: predicted[index],
        note: `errors: ${count}`,
      })),
  };
}

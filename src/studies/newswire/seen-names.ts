import type { Sentence, Span } from '../../foundation';
import { type MentionScore, scoreMentions } from './scores';

/** What training shows of a name, ignoring letter case. */
export const NAME_GROUPS = ['seen with this type', 'seen with other types only', 'new'] as const;
export type NameGroup = (typeof NAME_GROUPS)[number];

/** Scores of the gold names of each group against all predictions: their recall says how many are found. */
export function scoreBySeen(
  train: readonly Sentence[],
  gold: readonly Sentence[],
  predicted: readonly (readonly Span[])[],
  labels: readonly string[],
  seed: number,
): Record<NameGroup, MentionScore[]> {
  const typesOf = new Map<string, Set<string>>();
  for (const { text, spans } of train)
    for (const span of spans) {
      const name = nameOf(span, text);
      typesOf.set(name, (typesOf.get(name) ?? new Set()).add(span.label));
    }
  const groupOf = (span: Span, text: string): NameGroup => {
    const types = typesOf.get(nameOf(span, text));
    return types === undefined
      ? 'new'
      : types.has(span.label)
        ? 'seen with this type'
        : 'seen with other types only';
  };
  return Object.fromEntries(
    NAME_GROUPS.map((group) => {
      const own = gold.map((sentence) => ({
        ...sentence,
        spans: sentence.spans.filter((span) => groupOf(span, sentence.text) === group),
      }));
      return [group, scoreMentions(own, predicted, labels, seed)];
    }),
  ) as Record<NameGroup, MentionScore[]>;
}

const nameOf = ({ start, end }: Span, text: string): string => text.slice(start, end).toLowerCase();

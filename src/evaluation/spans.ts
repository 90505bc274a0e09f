import { ENTITY_CLASSES, type EntityClass, type Sentence, type Span } from '../foundation';

/** Mentions found, invented and missed, and what follows from them. Null where there is nothing to divide by. */
export interface SpanScore {
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
  precision: number | null;
  recall: number | null;
  f1: number | null;
  /** Gold mentions. */
  support: number;
}

/**
 * Strict span scores by class: a prediction counts when class, start and end are all right. A class that a sentence's source
 * did not look for is left out of that sentence, gold and predictions alike. A class without gold mentions has no
 * recall and no F1 (null), whatever was predicted.
 *
 * @param predicted one list a sentence, in the order of `gold`
 */
export function scoreSpans(
  gold: readonly Sentence[],
  predicted: readonly (readonly Span[])[],
): Record<EntityClass, SpanScore> {
  const counts = Object.fromEntries(
    ENTITY_CLASSES.map((label) => [label, { hits: 0, predicted: 0, gold: 0 }]),
  );
  gold.forEach((sentence, index) => {
    const known = (span: Span) => sentence.annotated.includes(span.label);
    const goldKeys = new Set(sentence.spans.filter(known).map(spanKey));
    for (const span of sentence.spans.filter(known)) counts[span.label].gold++;
    for (const span of predicted[index].filter(known)) {
      counts[span.label].predicted++;
      if (goldKeys.delete(spanKey(span))) counts[span.label].hits++;
    }
  });
  return Object.fromEntries(
    ENTITY_CLASSES.map((label) => {
      const { hits, predicted: guesses, gold: support } = counts[label];
      const precision = ratio(hits, guesses);
      const recall = ratio(hits, support);
      // With gold mentions but no prediction, F1 is 0: all of them were missed.
      const f1 = support === 0 ? null : (2 * hits) / (guesses + support);
      const score: SpanScore = {
        truePositives: hits,
        falsePositives: guesses - hits,
        falseNegatives: support - hits,
        precision,
        recall,
        f1,
        support,
      };
      return [label, score];
    }),
  ) as Record<EntityClass, SpanScore>;
}

/** Equal for two spans that match strictly: same class, start and end. */
export function spanKey({ start, end, label }: Span): string {
  return `${start} ${end} ${label}`;
}

/** The mean F1 over the classes that have gold mentions; null where none has. */
export function meanF1(scores: Record<EntityClass, SpanScore>): number | null {
  const known = ENTITY_CLASSES.map((label) => scores[label].f1).filter((f1) => f1 !== null);
  return known.length === 0 ? null : known.reduce((sum, f1) => sum + f1, 0) / known.length;
}

export function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

import { byLabel, ENTITY_CLASSES, InputError, type Sentence, type Span } from '../../foundation';

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

/** What strict scores are computed from; such counts may be added up over sentences. */
export interface SpanCounts {
  hits: number;
  predicted: number;
  gold: number;
}

/** The mentions of classes that the sentence's source looked for; the others are unknown there, neither right nor wrong. */
export function knownSpans<T extends Span>(spans: readonly T[], { annotated }: Sentence): T[] {
  return spans.filter(({ label }) => annotated.includes(label));
}

/** @throws InputError where there is not one of `items` for each sentence; `what` names them */
export function checkOneEach(gold: readonly Sentence[], items: readonly unknown[], what: string): void {
  if (gold.length !== items.length) {
    throw new InputError(`${items.length} ${what} for ${gold.length} sentences; give one a sentence`);
  }
}

/**
 * Goes once through all known mentions, gold, predicted and those that match strictly (`hits`: class, start and end are all
 * right), and adds each to the counts that `countsOf` gives for it. A gold mention given twice counts once.
 */
export function countSpans(
  gold: readonly Sentence[],
  predicted: readonly (readonly Span[])[],
  countsOf: (span: Span, sentence: Sentence, index: number) => SpanCounts,
): void {
  checkOneEach(gold, predicted, 'lists of predicted spans');
  gold.forEach((sentence, index) => {
    const goldKeys = new Set<string>();
    for (const span of knownSpans(sentence.spans, sentence)) {
      const key = spanKey(span);
      if (goldKeys.has(key)) continue;
      goldKeys.add(key);
      countsOf(span, sentence, index).gold++;
    }
    for (const span of knownSpans(predicted[index], sentence)) {
      const counts = countsOf(span, sentence, index);
      counts.predicted++;
      if (goldKeys.delete(spanKey(span))) counts.hits++;
    }
  });
}

/**
 * Strict span scores by class: a prediction counts when class, start and end are all right. A class that a sentence's source
 * did not look for is left out of that sentence, gold and predictions alike. A class without gold mentions has no
 * scores (null), whatever was predicted.
 *
 * @param predicted one list a sentence, in the order of `gold`
 */
export function scoreSpans(
  gold: readonly Sentence[],
  predicted: readonly (readonly Span[])[],
): Record<string, SpanScore> {
  const counts = noSpanCounts();
  countSpans(gold, predicted, ({ label }) => counts[label]);
  return spanScores(counts);
}

export function noSpanCounts(): Record<string, SpanCounts> {
  return byLabel(ENTITY_CLASSES, () => ({ hits: 0, predicted: 0, gold: 0 }));
}

export function spanScores(counts: Record<string, SpanCounts>): Record<string, SpanScore> {
  return byLabel(ENTITY_CLASSES, (label) => {
    const { hits, predicted, gold } = counts[label];
    return {
      truePositives: hits,
      falsePositives: predicted - hits,
      falseNegatives: gold - hits,
      precision: gold === 0 ? null : ratio(hits, predicted),
      recall: ratio(hits, gold),
      f1: f1Of(hits, predicted, gold),
      support: gold,
    };
  });
}

/** With gold mentions but no prediction, F1 is 0: all of them were missed. Without gold there is none. */
export function f1Of(hits: number, predicted: number, gold: number): number | null {
  return gold === 0 ? null : (2 * hits) / (predicted + gold);
}

/** Equal for two spans that match strictly: same class, start and end. */
export function spanKey({ start, end, label }: Span): string {
  return `${start} ${end} ${label}`;
}

/** The mean F1 over the classes that have gold mentions; null where none has. */
export function meanF1(scores: Record<string, SpanScore>): number | null {
  return mean(ENTITY_CLASSES.map((label) => scores[label].f1));
}

/** The mean of what is known; null where nothing is. */
export function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

export function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

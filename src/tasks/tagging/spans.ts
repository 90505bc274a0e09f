import { byLabel, InputError, labelsOf, type Sentence, type Span } from '../../foundation';
import type { LabelScore } from '../label-score';

/** Counts for strict scores; they may be summed over sentences. */
export interface SpanCounts {
  hits: number;
  predicted: number;
  gold: number;
}

/** Returns the mentions of labels that the sentence's source annotated; others are unknown there, neither right nor wrong. */
export function knownSpans<T extends Span>(spans: readonly T[], { annotated }: Sentence): T[] {
  return spans.filter(({ label }) => annotated.includes(label));
}

/** Restricts sentences to some labels: mentions of others are removed, as if they had not been annotated. */
export function onlyLabels(sentences: readonly Sentence[], labels: readonly string[]): Sentence[] {
  const isKnown = new Set(labels);
  return sentences.map((sentence) => ({
    ...sentence,
    spans: sentence.spans.filter(({ label }) => isKnown.has(label)),
    annotated: sentence.annotated.filter((label) => isKnown.has(label)),
  }));
}

/** @throws InputError if there is not one of `items` per sentence; `what` names them */
export function checkOneEach(gold: readonly Sentence[], items: readonly unknown[], what: string): void {
  if (gold.length !== items.length) {
    throw new InputError(`${items.length} ${what} for ${gold.length} sentences; give one per sentence`);
  }
}

/**
 * Adds all known mentions, gold, predicted and strictly matching (`hits`: same class, start and end), to the counts that `countsOf`
 * returns for each. A duplicate gold mention counts once.
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
 * Strict span scores by label: a prediction is correct if label, start and end match. A label that a sentence's source did not
 * annotate is excluded from that sentence, gold and predictions alike. A label without gold mentions has null scores, whatever was
 * predicted.
 *
 * @param predicted one list per sentence, in the order of `gold`
 * @param labels in the order of the result; mentions of others do not count
 */
export function scoreSpans(
  gold: readonly Sentence[],
  predicted: readonly (readonly Span[])[],
  labels: readonly string[] = labelsOf(gold),
): Record<string, LabelScore> {
  const counts = new Map(labels.map((label) => [label, noSpanCounts()]));
  const uncounted = noSpanCounts();
  countSpans(gold, predicted, ({ label }) => counts.get(label) ?? uncounted);
  return byLabel(labels, (label) => spanScore(counts.get(label)!));
}

export const noSpanCounts = (): SpanCounts => ({ hits: 0, predicted: 0, gold: 0 });

export function spanScore({ hits, predicted, gold }: SpanCounts): LabelScore {
  return {
    truePositives: hits,
    falsePositives: predicted - hits,
    falseNegatives: gold - hits,
    precision: gold === 0 ? null : ratio(hits, predicted),
    recall: ratio(hits, gold),
    f1: f1Of(hits, predicted, gold),
    support: gold,
  };
}

/** With gold mentions but no prediction, F1 is 0: all were missed. Without gold mentions it is null. */
export function f1Of(hits: number, predicted: number, gold: number): number | null {
  return gold === 0 ? null : (2 * hits) / (predicted + gold);
}

/** Returns a key that is equal for strictly matching spans: same class, start and end. */
export function spanKey({ start, end, label }: Span): string {
  return `${start} ${end} ${label}`;
}

/** Mean F1 over the labels with gold mentions; null if none has. */
export function meanF1(scores: Record<string, LabelScore>): number | null {
  return mean(Object.values(scores).map(({ f1 }) => f1));
}

/** Counts of all labels together. */
export function totalCounts(scores: Readonly<Record<string, LabelScore>>): SpanCounts {
  const total = noSpanCounts();
  for (const { truePositives, falsePositives, support } of Object.values(scores)) {
    total.hits += truePositives;
    total.predicted += truePositives + falsePositives;
    total.gold += support;
  }
  return total;
}

/** F1 over the mentions of all labels together; null without gold mentions. */
export function microF1(scores: Readonly<Record<string, LabelScore>>): number | null {
  const { hits, predicted, gold } = totalCounts(scores);
  return f1Of(hits, predicted, gold);
}

/** Mean of the non-null values; null if there are none. */
export function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

export function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

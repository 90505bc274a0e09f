import { splitSentences } from '../corpora';
import type { Sentence, Span } from '../foundation';
import type { Placed } from './anchoring';
import type { Paragraph } from './jats';

/** Counts of spans that overlap another of the same label. */
export interface OverlapCounts {
  /** The same characters marked twice; kept once. */
  repeated: number;
  /** Inside a longer one. */
  nested: number;
  /** Overlapping the end of one that starts earlier. */
  crossing: number;
}

/**
 * Splits paragraphs into sentences with their spans. Sentences are never split inside a span: two are joined instead.
 *
 * Spans may overlap, even of one label: the data keep what was marked, and `spansToLabels` chooses what a tagger learns. A span marked
 * twice with one label is kept once.
 */
export function paragraphsToSentences(
  article: string,
  paragraphs: readonly Paragraph[],
  placed: readonly Placed[],
  annotated: readonly string[],
): { sentences: Sentence[]; overlaps: OverlapCounts } {
  const spansOf = new Map<number, Span[]>();
  for (const { paragraph, span } of placed) {
    const spans = spansOf.get(paragraph);
    if (spans) spans.push(span);
    else spansOf.set(paragraph, [span]);
  }
  const overlaps: OverlapCounts = { repeated: 0, nested: 0, crossing: 0 };
  const sentences: Sentence[] = [];
  paragraphs.forEach(({ section, index, text }, position) => {
    const spans = withoutRepetitions(spansOf.get(position) ?? [], annotated, overlaps);
    let next = 0;
    for (const { start, end } of splitSentences(text, spans)) {
      const inside: Span[] = [];
      for (; next < spans.length && spans[next].start < end; next++)
        if (spans[next].start >= start && spans[next].end <= end) inside.push(spans[next]);
      sentences.push({
        article,
        section,
        paragraph: index,
        offset: start,
        text: text.slice(start, end),
        spans: inside.map((span) => ({
          start: span.start - start,
          end: span.end - start,
          label: span.label,
        })),
        annotated: [...annotated],
      });
    }
  });
  return { sentences, overlaps };
}

/**
 * Sorts the spans by position, outer ones first, without duplicates; counts those that overlap another of the same label in `overlaps`.
 *
 * @param labels spans of other labels are left out; spans with the same borders are ordered by label
 */
export function withoutRepetitions(
  spans: readonly Span[],
  labels: readonly string[],
  overlaps: OverlapCounts,
): Span[] {
  const kept: Span[] = [];
  for (const label of labels) {
    let outer: Span | undefined; // not covered by another of the same label
    let last: Span | undefined;
    const ofLabel = spans.filter((span) => span.label === label);
    for (const span of ofLabel.sort((a, b) => a.start - b.start || b.end - a.end)) {
      if (last && span.start === last.start && span.end === last.end) {
        overlaps.repeated++;
        continue;
      }
      if (!outer || span.start >= outer.end) outer = span;
      else if (span.end <= outer.end) overlaps.nested++;
      else overlaps.crossing++;
      kept.push(span);
      last = span;
    }
  }
  return kept.sort((a, b) => a.start - b.start || b.end - a.end);
}

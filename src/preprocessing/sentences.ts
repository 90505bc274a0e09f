import { splitSentences } from '../corpora';
import type { Sentence, Span } from '../foundation';
import type { Placed } from './anchoring';
import type { Paragraph } from './jats';

/** How many spans stand on the same characters as another of their label. */
export interface OverlapCounts {
  /** The same characters, marked twice: kept once. */
  repeated: number;
  /** Inside a longer one. */
  nested: number;
  /** Overlapping the end of one that starts earlier. */
  crossing: number;
}

/**
 * Paragraphs cut into sentences with their spans. A sentence is never cut inside a span: two are joined instead.
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
 * The spans by place, outer ones first, each once; counts those that overlap another of their label into `overlaps`.
 *
 * @param labels spans of others are left out; of spans with the same borders that of the earlier label comes first
 */
export function withoutRepetitions(
  spans: readonly Span[],
  labels: readonly string[],
  overlaps: OverlapCounts,
): Span[] {
  const kept: Span[] = [];
  for (const label of labels) {
    let outer: Span | undefined; // one that no other of its label covers
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

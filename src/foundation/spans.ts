/** One value for each label, in their order. */
export function byLabel<Value>(
  labels: readonly string[],
  compute: (label: string, index: number) => Value,
): Record<string, Value> {
  return Object.fromEntries(labels.map((label, index) => [label, compute(label, index)]));
}

/** A mention: `text.slice(start, end)`, offsets in UTF-16 code units, end exclusive. */
export interface Span {
  start: number;
  end: number;
  label: string;
}

/** Why a span is left out beside another of its label. */
export type OverlapKind = 'duplicate' | 'nested' | 'crossing';

/**
 * Spans without overlaps within a label: the longest are kept. Spans of other labels than these are dropped.
 *
 * @param onOverlap called for each span that is left out because of another of its label
 * @returns in the order of their starts, of equal starts in the order of the labels
 */
export function outermostSpans(
  spans: readonly Span[],
  labels: readonly string[],
  onOverlap: (kind: OverlapKind) => void = () => {},
): Span[] {
  return labels
    .flatMap((label) =>
      outermost(
        spans.filter((span) => span.label === label),
        onOverlap,
      ),
    )
    .sort((a, b) => a.start - b.start);
}

function outermost(spans: readonly Span[], onOverlap: (kind: OverlapKind) => void): Span[] {
  const kept: Span[] = []; // in the order of the text
  for (const span of [...spans].sort((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start)) {
    const place = firstThatEndsAfter(kept, span.start);
    const over = kept[place];
    if (!over || over.start >= span.end) kept.splice(place, 0, span);
    else if (over.start === span.start && over.end === span.end) onOverlap('duplicate');
    else if (over.start <= span.start && span.end <= over.end) onOverlap('nested');
    else onOverlap('crossing');
  }
  return kept;
}

/** The index of the first of spans without overlaps, in the order of the text, that ends after a place. */
function firstThatEndsAfter(spans: readonly Span[], place: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle].end > place) high = middle;
    else low = middle + 1;
  }
  return low;
}

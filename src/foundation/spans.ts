/** Computes one value per label, in the order of the labels. */
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

/** Why a span is dropped in favour of another of the same label. */
export type OverlapKind = 'duplicate' | 'nested' | 'crossing';

/**
 * Removes overlaps within each label, keeping the longest span. Spans of other labels are dropped.
 *
 * @param onOverlap called for each span dropped because of another of its label
 * @returns spans sorted by start, then by the order of the labels
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
  const kept: Span[] = []; // in text order
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

/** Returns the index of the first span that ends after a position, in non-overlapping spans in text order. */
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

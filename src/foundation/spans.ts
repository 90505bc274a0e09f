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

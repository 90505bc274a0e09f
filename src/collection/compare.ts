import type { Annotation } from './article';

/** Differences between the stored annotations of an article and those in the service now. */
export interface Differences {
  /** In the service, missing from the store. */
  added: Annotation[];
  /** Same id, different content. */
  changed: { stored: Annotation; service: Annotation }[];
  /** In the store, no longer in the service. */
  removed: Annotation[];
}

/**
 * Compares two lists as multisets, in any order: pairs annotations that are equal in everything first, then those with the same id,
 * then those with the same content (an annotation without a usable id, or with a new id, is not a new one).
 */
export function compareAnnotations(
  stored: readonly Annotation[],
  service: readonly Annotation[],
): Differences {
  const equal = pairs(stored, service, (annotation) => contentOf(annotation));
  const sameId = pairs(equal.onlyFirst, equal.onlySecond, ({ id }) =>
    typeof id === 'string' && id.trim() !== '' ? id : undefined,
  );
  const sameContent = pairs(sameId.onlyFirst, sameId.onlySecond, ({ id: _, ...content }) =>
    contentOf(content),
  );
  return {
    added: sameContent.onlySecond,
    changed: sameId.paired.map(([before, now]) => ({ stored: before, service: now })),
    removed: sameContent.onlyFirst,
  };
}

/** Pairs items of equal keys, each at most once; an item without a key has no partner. */
function pairs<T>(
  first: readonly T[],
  second: readonly T[],
  keyOf: (item: T) => string | undefined,
): { paired: [T, T][]; onlyFirst: T[]; onlySecond: T[] } {
  const waiting = new Map<string, { items: T[]; next: number }>();
  for (const item of second) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const same = waiting.get(key);
    if (same) same.items.push(item);
    else waiting.set(key, { items: [item], next: 0 });
  }
  const paired: [T, T][] = [];
  const onlyFirst: T[] = [];
  for (const item of first) {
    const key = keyOf(item);
    const same = key === undefined ? undefined : waiting.get(key);
    if (same && same.next < same.items.length) paired.push([item, same.items[same.next++]]);
    else onlyFirst.push(item);
  }
  const taken = new Set(paired.map(([, partner]) => partner));
  return { paired, onlyFirst, onlySecond: second.filter((item) => !taken.has(item)) };
}

/** Canonical text of the content, independent of key order; null equals a missing value. */
function contentOf(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(
          Object.entries(part)
            .filter(([, field]) => field !== null)
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : part,
  );
}

import type { Annotation } from './article';

/** How the annotations of one article in a store differ from those that the service has now. */
export interface Differences {
  /** The service has them, the store lacks them. */
  added: Annotation[];
  /** The same id, another content. */
  changed: { stored: Annotation; service: Annotation }[];
  /** The store has them, the service no longer. */
  removed: Annotation[];
}

/**
 * Compares two lists as multisets, in any order: what is equal in all is paired first, then what has the same id, then
 * what has the same content (an annotation without a usable id, or one that was given a new id, is not a new one).
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

/** The same text for the same content, whatever the order of the keys; null and left out are the same. */
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

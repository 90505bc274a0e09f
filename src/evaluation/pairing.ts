import type { Span } from '../foundation';

/** One-to-one pairs of gold and predicted mentions of one sentence, and those without a counterpart. */
export interface Pairing<G extends Span = Span, P extends Span = Span> {
  pairs: { gold: G; predicted: P }[];
  missed: G[];
  spurious: P[];
}

/** Pairs the mentions equal in class and borders, whatever else overlaps them, in text order. */
export function pairIdentical<G extends Span, P extends Span>(
  gold: readonly G[],
  predicted: readonly P[],
): Pairing<G, P> {
  const missed = [...gold].sort(inOrder);
  const pairs: Pairing<G, P>['pairs'] = [];
  const spurious: P[] = [];
  for (const prediction of [...predicted].sort(inOrder)) {
    const same = missed.findIndex((span) => span.label === prediction.label && sameBorders(span, prediction));
    if (same < 0) spurious.push(prediction);
    else pairs.push({ gold: missed.splice(same, 1)[0], predicted: prediction });
  }
  return { pairs, missed, spurious };
}

/**
 * Pairs the predictions without counterpart, in order, each with the unpaired gold mention selected by `choose`.
 *
 * @param choose returns the index of the gold mention for a prediction among the unpaired ones, -1 for none
 */
export function pairRest<G extends Span, P extends Span>(
  { missed, spurious }: Pick<Pairing<G, P>, 'missed' | 'spurious'>,
  choose: (prediction: P, free: readonly G[]) => number,
): Pairing<G, P> {
  const free = [...missed];
  const pairs: Pairing<G, P>['pairs'] = [];
  const rest: P[] = [];
  for (const prediction of spurious) {
    const chosen = choose(prediction, free);
    if (chosen < 0) rest.push(prediction);
    else pairs.push({ gold: free.splice(chosen, 1)[0], predicted: prediction });
  }
  return { pairs, missed: free, spurious: rest };
}

function inOrder(one: Span, other: Span): number {
  return one.start - other.start || one.end - other.end || (one.label < other.label ? -1 : 1);
}

/** Whether they share at least one character. */
export function overlap(one: Span, other: Span): boolean {
  return one.start < other.end && other.start < one.end;
}

export function sameBorders(one: Span, other: Span): boolean {
  return one.start === other.start && one.end === other.end;
}

/** Distance between the borders, in UTF-16 code units. */
export function borderDistance(one: Span, other: Span): number {
  return Math.abs(one.start - other.start) + Math.abs(one.end - other.end);
}

/** Index of the overlapping mention of the same class with the nearest borders; -1 if there is none. */
export function nearestOfClass(prediction: Span, free: readonly Span[]): number {
  let nearest = -1;
  free.forEach((span, index) => {
    if (span.label !== prediction.label || !overlap(span, prediction)) return;
    if (nearest < 0 || borderDistance(span, prediction) < borderDistance(free[nearest], prediction))
      nearest = index;
  });
  return nearest;
}

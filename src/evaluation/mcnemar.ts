/** How two classifiers differ on the same texts. */
export interface McNemar {
  /** Texts that the first alone got right. */
  firstAlone: number;
  secondAlone: number;
  /** How probable so uneven a split is, or a more uneven one, where both are alike; two-sided. */
  p: number;
}

/**
 * McNemar's test (1947, Psychometrika 12:153), exact: of the texts that one classifier alone got right, either would have got each with
 * probability 1/2. Texts that both got right, or neither, tell nothing.
 *
 * @param first whether the first classifier got each text right // [texts]
 * @param second of the same texts // [texts]
 */
export function mcnemarTest(first: readonly boolean[], second: readonly boolean[]): McNemar {
  if (first.length !== second.length)
    throw new Error(`${first.length} texts against ${second.length}: a paired test needs the same`);
  const firstAlone = first.filter((right, text) => right && !second[text]).length;
  const secondAlone = second.filter((right, text) => right && !first[text]).length;
  return { firstAlone, secondAlone, p: exactP(firstAlone, secondAlone) };
}

/** Twice the lower tail of a binomial distribution with probability 1/2, 1 at most. */
function exactP(one: number, other: number): number {
  const total = one + other;
  const logHalf = Math.log(0.5);
  let logTerm = total * logHalf; // of 0 hits
  let tail = 0;
  for (let hits = 0; hits <= Math.min(one, other); hits++) {
    if (hits > 0) logTerm += Math.log((total - hits + 1) / hits);
    tail += Math.exp(logTerm);
  }
  return Math.min(1, 2 * tail);
}

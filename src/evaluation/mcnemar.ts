/** Comparison of two classifiers on the same texts. */
export interface McNemar {
  /** Number of texts that only the first classified correctly. */
  firstAlone: number;
  secondAlone: number;
  /** Two-sided p-value: the probability of a split at least as uneven if both are equally good. */
  p: number;
}

/**
 * McNemar's exact test (1947, Psychometrika 12:153): under the null hypothesis, each text that only one classifier gets right belongs
 * to either with probability 1/2. Texts that both or neither get right are not informative.
 *
 * @param first whether the first classifier got each text right // [texts]
 * @param second the same for the second classifier // [texts]
 */
export function mcnemarTest(first: readonly boolean[], second: readonly boolean[]): McNemar {
  if (first.length !== second.length)
    throw new Error(`${first.length} texts against ${second.length}: a paired test needs the same number`);
  const firstAlone = first.filter((right, text) => right && !second[text]).length;
  const secondAlone = second.filter((right, text) => right && !first[text]).length;
  return { firstAlone, secondAlone, p: exactP(firstAlone, secondAlone) };
}

/** Twice the lower tail of a binomial distribution with probability 1/2, at most 1. */
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

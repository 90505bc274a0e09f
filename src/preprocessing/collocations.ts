/** The least likelihood ratio of a collocation; the default of Python's wordcloud. Chance exceeds 10.8 once in a thousand pairs. */
export const LEAST_LIKELIHOOD_RATIO = 30;

/** How often two words occur, alone and one right after the other, among all words. */
export interface PairCounts {
  pair: number;
  first: number;
  second: number;
  words: number;
}

/**
 * Likelihood ratio −2 log λ of two hypotheses about neighbouring words: the second one follows the first as often as any other word,
 * or with a probability of its own. Asymptotically χ² with one degree of freedom if the words are independent (T. Dunning, Accurate
 * methods for the statistics of surprise and coincidence, Computational Linguistics 19(1), 1993).
 */
export function likelihoodRatio({ pair, first, second, words }: PairCounts): number {
  if (first >= words || second >= words) return 0;
  const other = second - pair;
  const others = words - first;
  const independent = second / words;
  return (
    2 *
    (logLikelihood(pair, first, pair / first) +
      logLikelihood(other, others, other / others) -
      logLikelihood(pair, first, independent) -
      logLikelihood(other, others, independent))
  );
}

/** Log-likelihood of `hits` among `trials` of a binomial distribution, without the binomial coefficient, which cancels. */
function logLikelihood(hits: number, trials: number, probability: number): number {
  const times = (count: number, value: number) => (count === 0 ? 0 : count * Math.log(value));
  return times(hits, probability) + times(trials - hits, 1 - probability);
}

/** Whether two words occur side by side more often than by chance, and clearly so. */
export function isCollocation(counts: PairCounts): boolean {
  const expected = (counts.first * counts.second) / counts.words;
  return counts.pair > expected && likelihoodRatio(counts) > LEAST_LIKELIHOOD_RATIO;
}

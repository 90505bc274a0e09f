import type { Random } from '../../foundation';
import { parzenEstimator } from './parzen';
import { drawValues, type Space, type Values } from './space';

/** A trial that ended; without a score where it failed. */
export interface ScoredValues {
  values: Values;
  /** The higher the better. */
  score?: number;
}

/** So many trials are drawn by chance, before there is anything to learn from. */
export const STARTUP_TRIALS = 10;
/** So many values are drawn where good trials are dense; the most promising is tried. */
const CANDIDATES = 24;

/**
 * Tree-structured Parzen estimator (Bergstra et al. 2011, Algorithms for Hyper-Parameter Optimization): one density of the values of
 * the best trials, one of all others; what is tried next has the largest ratio of the two, which is where the improvement to expect
 * is largest. As Optuna 5 does by default, the densities are joint ones of all parameters (as in BOHB, Falkner et al. 2018), and the
 * best are a tenth of the trials, at most 25.
 *
 * @param ended in the order of their numbers
 */
export function suggestByTpe(space: Space, ended: readonly ScoredValues[], random: Random): Values {
  if (ended.length < STARTUP_TRIALS) return drawValues(space, random);
  const { good, others } = densities(space, ended);
  const candidates = Array.from({ length: CANDIDATES }, () => good.draw(random));
  const ratios = candidates.map((values) => good.logDensity(values) - others.logDensity(values));
  return candidates[ratios.indexOf(Math.max(...ratios))];
}

/** Failed trials are never among the good ones, so that what makes a training diverge is not tried again and again. */
export function densities(space: Space, ended: readonly ScoredValues[]) {
  const ranked = ended
    .map((_, index) => index)
    .filter((index) => ended[index].score !== undefined)
    .sort((one, other) => ended[other].score! - ended[one].score!);
  const best = new Set(ranked.slice(0, Math.min(Math.ceil(ended.length / 10), 25)));
  const valuesOf = (isGood: boolean) =>
    ended.filter((_, index) => best.has(index) === isGood).map(({ values }) => values);
  return { good: parzenEstimator(space, valuesOf(true)), others: parzenEstimator(space, valuesOf(false)) };
}

import type { Random } from '../../foundation';
import { parzenEstimator } from './parzen';
import { drawValues, type Space, type Values } from './space';

/** A finished trial; without a score if it failed. */
export interface ScoredValues {
  values: Values;
  /** Higher is better. */
  score?: number;
}

/** Number of random trials at the start, before there is anything to learn from. */
export const STARTUP_TRIALS = 10;
/** Number of values drawn where good trials are dense; the most promising is tried. */
const CANDIDATES = 24;

/**
 * Tree-structured Parzen estimator (Bergstra et al. 2011, Algorithms for Hyper-Parameter Optimization): one density of the values
 * of the best trials, one of all others; suggests the values with the largest ratio of the two, which have the largest expected
 * improvement. As in Optuna 5's default, the densities are joint over all parameters (as in BOHB, Falkner et al. 2018), and the
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

/** Failed trials are never among the good ones, so that settings that make training diverge are not repeated. */
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

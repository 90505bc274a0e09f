import { createSampler, type ScoredValues, type Space } from '../../training';
import type { Row } from '../../visualization';

/** (1 - x)² + 100 (y - x²)², with its minimum 0 at (1, 1) in a narrow curved valley (Rosenbrock 1960). */
export const rosenbrock = (x: number, y: number): number => (1 - x) ** 2 + 100 * (y - x ** 2) ** 2;

const SPACE: Space = { x: { uniform: [-2, 2] }, y: { uniform: [-2, 2] } };

export interface RosenbrockSearch {
  x: number;
  y: number;
  value: number;
  /** Number of the trial that found it, from 1. */
  trial: number;
  /** The least value so far, after each trial. */
  leastSoFar: number[];
}

/** Minimizes the Rosenbrock function over x and y from -2 to 2 with one of the samplers of a search. */
export function minimizeRosenbrock(
  sampler: 'tpe' | 'random',
  { trials, seed }: { trials: number; seed: number },
): RosenbrockSearch {
  const suggest = createSampler(sampler, SPACE, seed);
  const ended: ScoredValues[] = [];
  const found: RosenbrockSearch = { x: 0, y: 0, value: Number.POSITIVE_INFINITY, trial: 0, leastSoFar: [] };
  for (let trial = 1; trial <= trials; trial++) {
    const values = suggest(trial, ended);
    const [x, y] = [Number(values.x), Number(values.y)];
    const value = rosenbrock(x, y);
    ended.push({ values, score: -value });
    if (value < found.value) Object.assign(found, { x, y, value, trial });
    found.leastSoFar.push(found.value);
  }
  return found;
}

/** One row per sampler: the best point of its first search, and the best values of all, each of another seed. */
export const rosenbrockRows = (searches: Readonly<Record<string, readonly RosenbrockSearch[]>>): Row[] =>
  Object.entries(searches).map(([sampler, all]) => {
    const [{ x, y, value, trial }] = all;
    const values = all.map((one) => one.value).sort((one, other) => one - other);
    return {
      ...{ sampler, x, y, value: value.toFixed(5), 'found in trial': trial },
      seeds: all.length,
      'median value over seeds': values[Math.floor(values.length / 2)].toFixed(5),
      'range over seeds': `${values[0].toFixed(5)} to ${values[values.length - 1].toFixed(5)}`,
    };
  });

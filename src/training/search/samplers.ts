import { createRandom } from '../../foundation';
import { drawValues, gridOf, type Space, type Values } from './space';
import { type ScoredValues, suggestByTpe } from './tpe';

export const SAMPLERS = ['grid', 'random', 'tpe', 'halving'] as const;
export type SamplerName = (typeof SAMPLERS)[number];

/**
 * What a trial should try: depends on the seed, the trial's number (from 1 on) and the trials that had ended, in the order of their
 * numbers, and on nothing else.
 */
export type Suggest = (trial: number, ended: readonly ScoredValues[]) => Values;

/**
 * - `grid`: every combination of choices, in an order drawn by the seed, so that any first part is a fair sample of the whole
 * - `random`: independent draws (Bergstra & Bengio 2012, Random Search for Hyper-Parameter Optimization)
 * - `tpe`: see `suggestByTpe`
 * - `halving`: random; which of them go on is decided by rungs.ts
 *
 * @throws InputError where the grid of a range is asked for
 */
export function createSampler(name: SamplerName, space: Space, seed: number): Suggest {
  const randomOf = (trial: number) => createRandom(seed * 1_000_003 + trial);
  if (name === 'tpe') return (trial, ended) => suggestByTpe(space, ended, randomOf(trial));
  if (name !== 'grid') return (trial) => drawValues(space, randomOf(trial));
  const combinations = randomOf(0).shuffle(gridOf(space));
  return (trial) => combinations[trial - 1];
}

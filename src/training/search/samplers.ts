import { createRandom } from '../../foundation';
import { drawValues, gridOf, type Space, type Values } from './space';
import { type ScoredValues, suggestByTpe } from './tpe';

export const SAMPLERS = ['grid', 'random', 'tpe', 'halving'] as const;
export type SamplerName = (typeof SAMPLERS)[number];

/**
 * Suggests the values of a trial, depending only on the seed, the trial's number (from 1) and the finished trials, in the order of
 * their numbers.
 */
export type Suggest = (trial: number, ended: readonly ScoredValues[]) => Values;

/**
 * - `grid`: every combination of choices, in an order drawn with the seed, so that any first part is a fair sample of the whole
 * - `random`: independent draws (Bergstra & Bengio 2012, Random Search for Hyper-Parameter Optimization)
 * - `tpe`: see `suggestByTpe`
 * - `halving`: random; rungs.ts decides which of them advance
 *
 * @throws InputError for the grid of a range
 */
export function createSampler(name: SamplerName, space: Space, seed: number): Suggest {
  const randomOf = (trial: number) => createRandom(seed * 1_000_003 + trial);
  if (name === 'tpe') return (trial, ended) => suggestByTpe(space, ended, randomOf(trial));
  if (name !== 'grid') return (trial) => drawValues(space, randomOf(trial));
  const combinations = randomOf(0).shuffle(gridOf(space));
  return (trial) => combinations[trial - 1];
}

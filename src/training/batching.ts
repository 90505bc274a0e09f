import { createRandom } from '../foundation';

/**
 * How many batches are sorted by length together: enough for little padding (1.3% on sentences of JNLPBA and CRAFT in batches of 32;
 * 8% with 50), few enough to keep the order random.
 */
const BATCHES_IN_A_POOL = 400;

/**
 * One epoch's batches in the seeded order of that epoch. Windows are shuffled, then sorted by length within pools of
 * batches, so that a batch holds windows of similar length and little padding; the batches themselves are shuffled again.
 */
export function groupByLength<Example extends { inputIds: Int32Array }>(
  examples: readonly Example[],
  batchSize: number,
  seed: number,
  epoch: number,
): Example[][] {
  const random = createRandom(seed * 1009 + epoch);
  const shuffled = random.shuffle(examples);
  const batches: Example[][] = [];
  const poolSize = batchSize * BATCHES_IN_A_POOL;
  for (let start = 0; start < shuffled.length; start += poolSize) {
    const pool = shuffled.slice(start, start + poolSize);
    pool.sort((one, other) => one.inputIds.length - other.inputIds.length);
    for (let row = 0; row < pool.length; row += batchSize) batches.push(pool.slice(row, row + batchSize));
  }
  return random.shuffle(batches);
}

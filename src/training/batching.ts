import { createRandom } from '../foundation';

/**
 * How many batches are sorted by length together: enough for little padding (1.3% on sentences of JNLPBA and CRAFT in batches of 32;
 * 8% with 50), few enough to keep the order random.
 */
const BATCHES_IN_A_POOL = 400;

/**
 * One epoch's batches in the seeded order of that epoch. Windows are shuffled, then sorted by length within pools of
 * batches, so that a batch holds windows of similar length and little padding; the batches themselves are shuffled again.
 *
 * The batches of a pool hold about the same number of tokens: many short windows or few long ones. So a step takes about the same
 * time and memory whatever it meets, and every token weighs about the same in an epoch.
 *
 * @param batchSize windows a batch on average; an epoch has ⌈examples / batchSize⌉ batches
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
    batches.push(...cutByTokens(pool, Math.ceil(pool.length / batchSize)));
  }
  return random.shuffle(batches);
}

/** Cuts a row of windows into so many batches of about equally many tokens, none empty. */
function cutByTokens<Example extends { inputIds: Int32Array }>(
  windows: readonly Example[],
  count: number,
): Example[][] {
  let left = windows.reduce((sum, { inputIds }) => sum + inputIds.length, 0);
  const batches: Example[][] = [];
  let batch: Example[] = [];
  let tokens = 0;
  for (const [place, window] of windows.entries()) {
    const { length } = window.inputIds;
    const wanted = count - batches.length; // this batch and those after it
    const full = tokens + length / 2 > left / wanted || windows.length - place < wanted;
    if (batch.length > 0 && full && wanted > 1) {
      batches.push(batch);
      left -= tokens;
      batch = [];
      tokens = 0;
    }
    batch.push(window);
    tokens += length;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

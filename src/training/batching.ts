import { createRandom } from '../foundation';
import type { TrainingOptions } from './configuration';

/**
 * Number of batches sorted by length together: enough for little padding (1.3% on sentences of JNLPBA and CRAFT in batches of 32;
 * 8% with 50), few enough to keep the order random.
 */
const BATCHES_IN_A_POOL = 400;

/** Size of a batch: a number of windows or, with `batchTokens`, as many as fit into a number of padded tokens. */
export type BatchLimits = Pick<TrainingOptions, 'batchSize' | 'batchTokens'>;

export type Window = { inputIds: Int32Array };

/**
 * Returns one epoch's batches in the seeded order of that epoch. Windows are shuffled, then sorted by length within pools of
 * batches, so that a batch contains windows of similar length and little padding; the batches are then shuffled.
 */
export function groupByLength<Example extends Window>(
  examples: readonly Example[],
  { batchSize, batchTokens }: BatchLimits,
  seed: number,
  epoch: number,
): Example[][] {
  const random = createRandom(seed * 1009 + epoch);
  const shuffled = random.shuffle(examples);
  const batches: Example[][] = [];
  const windowsABatch =
    batchTokens === null ? batchSize : Math.max(1, Math.round(batchTokens / meanLength(examples)));
  const poolSize = windowsABatch * BATCHES_IN_A_POOL;
  for (let start = 0; start < shuffled.length; start += poolSize) {
    const pool = shuffled.slice(start, start + poolSize);
    pool.sort((one, other) => one.inputIds.length - other.inputIds.length);
    batches.push(...(batchTokens === null ? cut(pool, batchSize) : fill(pool, batchTokens)));
  }
  return random.shuffle(batches);
}

/** Returns the number of steps of each epoch. With a token budget it depends slightly on the shuffling. */
export function stepsByEpoch(
  examples: readonly Window[],
  options: BatchLimits & Pick<TrainingOptions, 'epochs' | 'accumulation' | 'seed'>,
): number[] {
  return Array.from({ length: options.epochs }, (_, index) => {
    const batches =
      options.batchTokens === null
        ? Math.ceil(examples.length / options.batchSize)
        : groupByLength(examples, options, options.seed, index + 1).length;
    return Math.ceil(batches / options.accumulation);
  });
}

function cut<Example>(windows: readonly Example[], size: number): Example[][] {
  return Array.from({ length: Math.ceil(windows.length / size) }, (_, index) =>
    windows.slice(index * size, (index + 1) * size),
  );
}

/**
 * Fills batches with as many windows as fit; one that exceeds the budget forms a batch alone. @param windows by ascending length
 */
function fill<Example extends Window>(windows: readonly Example[], budget: number): Example[][] {
  const batches: Example[][] = [];
  for (const window of windows) {
    const batch = batches.at(-1);
    // A batch is padded to its longest window, which is the last.
    if (batch && (batch.length + 1) * window.inputIds.length <= budget) batch.push(window);
    else batches.push([window]);
  }
  return batches;
}

const meanLength = (windows: readonly Window[]): number =>
  windows.reduce((sum, { inputIds }) => sum + inputIds.length, 0) / windows.length;

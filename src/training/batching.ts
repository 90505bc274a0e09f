import { createRandom } from '../foundation';
import type { TrainingOptions } from './configuration';

/**
 * Number of batches sorted by length together: enough for little padding (1.3% on sentences of JNLPBA and CRAFT in batches of 32;
 * 8% with 50), few enough to keep the order random.
 */
const BATCHES_IN_A_POOL = 400;

/** Size of a batch: a number of windows or, with `batchTokens`, as many as fit into a number of padded tokens. */
export type BatchLimits = Pick<TrainingOptions, 'batchSize' | 'batchTokens'>;

export type BatchOptions = BatchLimits & Pick<TrainingOptions, 'batching'>;

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

/** Returns one epoch's batches in the seeded order of that epoch: of windows of similar length, or of any. */
export function batchesOfEpoch<Example extends Window>(
  examples: readonly Example[],
  options: BatchOptions,
  seed: number,
  epoch: number,
): Example[][] {
  const { batching, batchSize, batchTokens } = options;
  if (batching === 'by_length') return groupByLength(examples, options, seed, epoch);
  const shuffled = createRandom(seed * 1009 + epoch).shuffle(examples);
  return batchTokens === null ? cut(shuffled, batchSize) : fill(shuffled, batchTokens);
}

/** What another pass over the weights costs, in tokens: 114 were measured for MiniLM with bfloat16 on two cores. */
const TOKENS_OF_A_PASS = 100;
/** Passes of one batch at most. */
const MOST_PASSES = 4;

/**
 * Splits a batch into passes of similar length, each padded by itself, where that saves more padding than the passes cost. Together they have the
 * batch's mean loss and gradient.
 */
export function splitIntoPasses<Example extends Window>(batch: readonly Example[]): Example[][] {
  if (batch.length === 0) return [];
  const byLength = [...batch].sort((one, other) => one.inputIds.length - other.inputIds.length);
  // A pass ends where the length changes, so that a large batch has few places to cut.
  const lengthAt = (index: number) => byLength[index]?.inputIds.length;
  const cuts = [...byLength.keys()].filter((index) => lengthAt(index - 1) !== lengthAt(index));
  cuts.push(byLength.length);
  // By cut and number of passes before it: the least cost, and the cut where the last pass begins.
  const best: { cost: number; from: number }[][] = [[{ cost: 0, from: 0 }]];
  for (let end = 1; end < cuts.length; end++) {
    const longest = lengthAt(cuts[end] - 1);
    best.push([]);
    for (let from = 0; from < end; from++)
      for (const [passes, before] of best[from].entries()) {
        if (!before || passes === MOST_PASSES) continue;
        const cost = before.cost + (cuts[end] - cuts[from]) * longest + TOKENS_OF_A_PASS;
        if (cost < (best[end][passes + 1]?.cost ?? Number.POSITIVE_INFINITY))
          best[end][passes + 1] = { cost, from };
      }
  }
  const finished = best[cuts.length - 1];
  let passes = 1;
  for (let count = 2; count < finished.length; count++)
    if (finished[count].cost < finished[passes].cost) passes = count;
  const parts: Example[][] = [];
  for (let end = cuts.length - 1; end > 0; passes--) {
    const { from } = best[end][passes];
    parts.unshift(byLength.slice(cuts[from], cuts[end]));
    end = from;
  }
  return parts;
}

/** Returns the number of steps of each epoch. With a token budget it depends slightly on the shuffling. */
export function stepsByEpoch(
  examples: readonly Window[],
  options: BatchOptions & Pick<TrainingOptions, 'epochs' | 'accumulation' | 'seed'>,
): number[] {
  return Array.from({ length: options.epochs }, (_, index) => {
    const batches =
      options.batchTokens === null
        ? Math.ceil(examples.length / options.batchSize)
        : batchesOfEpoch(examples, options, options.seed, index + 1).length;
    return Math.ceil(batches / options.accumulation);
  });
}

function cut<Example>(windows: readonly Example[], size: number): Example[][] {
  return Array.from({ length: Math.ceil(windows.length / size) }, (_, index) =>
    windows.slice(index * size, (index + 1) * size),
  );
}

/** Fills batches in the given order with as many windows as fit; one that exceeds the budget forms a batch alone. */
function fill<Example extends Window>(windows: readonly Example[], budget: number): Example[][] {
  const batches: Example[][] = [];
  let longest = 0; // A batch is padded to its longest window.
  for (const window of windows) {
    const batch = batches.at(-1);
    longest = Math.max(longest, window.inputIds.length);
    if (batch && (batch.length + 1) * longest <= budget) batch.push(window);
    else {
      batches.push([window]);
      longest = window.inputIds.length;
    }
  }
  return batches;
}

const meanLength = (windows: readonly Window[]): number =>
  windows.reduce((sum, { inputIds }) => sum + inputIds.length, 0) / windows.length;

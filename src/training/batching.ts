import { createRandom } from '../foundation';
import { type Batch, padBatch } from '../nn';
import type { Example } from './examples';

/** A padded batch with its targets. */
export interface TrainingBatch extends Batch {
  labels: Float32Array; // [batch, length, outputs]
  known: Float32Array; // [batch, length, outputs]
  /** How many labels are known. */
  knownLabels: number;
  /** Tokens without padding. */
  tokens: number;
}

/** How many batches are sorted by length together: enough for little padding, few enough to keep the order random. */
const BATCHES_IN_A_POOL = 50;

/**
 * One epoch's batches in the seeded order of that epoch. Windows are shuffled, then sorted by length within pools of fifty
 * batches, so that a batch holds windows of similar length and little padding; the batches themselves are shuffled again.
 */
export function groupByLength(
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

/** Pads a batch and its targets; padding is unknown. */
export function toTrainingBatch(examples: readonly Example[]): TrainingBatch {
  const batch = padBatch(examples);
  const outputs = examples[0].labels.length / examples[0].inputIds.length;
  const labels = new Float32Array(batch.size * batch.length * outputs);
  const known = new Float32Array(batch.size * batch.length * outputs);
  examples.forEach((example, row) => {
    labels.set(example.labels, row * batch.length * outputs);
    known.set(example.known, row * batch.length * outputs);
  });
  const tokens = examples.reduce((sum, { inputIds }) => sum + inputIds.length, 0);
  const knownLabels = known.reduce((sum, one) => sum + one, 0);
  return { ...batch, labels, known, knownLabels, tokens };
}

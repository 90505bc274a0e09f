import { availableParallelism } from 'node:os';
import { InputError } from '../../foundation';
import { usesGpu } from '../../nn';

/** Beyond this, adding up gradients takes longer than it saves. */
const MOST = 4;
/** The maximum number of replicas that can be requested. */
export const MOST_REPLICAS = 64;
/**
 * Real tokens of a run above which several processes certainly save more than their start takes: about 3 s, against 0.15 ms per
 * token with MiniLM-L6 on two cores (1,090 tokens/s in one process, 1,310 in two), which breaks even at 20,000 tokens.
 */
const WORTH = 100_000;

/**
 * Returns the number of training processes: one per thread if TensorFlow computes on the CPU and the run is long enough.
 *
 * @param tokens of all epochs @param asked number requested by the user
 * @throws InputError if the request cannot be met
 */
export function chooseReplicas(tokens: number, hasRecipe: boolean, asked?: number): number {
  const obstacle = !hasRecipe
    ? 'this task cannot be rebuilt in another process'
    : process.platform !== 'linux'
      ? 'processes share memory only on Linux'
      : usesGpu()
        ? 'TensorFlow computes on a GPU, which one process keeps busy'
        : undefined;
  if (asked !== undefined) {
    if (obstacle && asked > 1)
      throw new InputError(`${asked} replicas are not possible: ${obstacle}; leave the number out`);
    if (asked > MOST_REPLICAS)
      throw new InputError(
        `${asked} replicas are more than any machine can use; choose at most ${MOST_REPLICAS}`,
      );
    return asked;
  }
  return obstacle || tokens < WORTH ? 1 : Math.min(MOST, threadsToUse());
}

/** One per core, or TensorFlow's number in the environment, for example when several runs share a machine. */
export function threadsToUse(): number {
  const told = Number(process.env.TF_NUM_INTRAOP_THREADS);
  return told > 0 ? told : availableParallelism();
}

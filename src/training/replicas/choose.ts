import { availableParallelism } from 'node:os';
import { InputError } from '../../foundation';
import { usesGpu } from '../../nn';

/** More would add up gradients longer than they save. */
const MOST = 4;
/** The most replicas that can be asked for. */
export const MOST_REPLICAS = 64;
/**
 * Real tokens of a run from which on the processes surely save more than their start takes: about 3 s, against 0.15 ms a token with
 * MiniLM-L6 on two cores (1,090 tokens/s in one process, 1,310 in two), which is even at 20,000 tokens.
 */
const WORTH = 100_000;

/**
 * In how many processes to train: one a thread where TensorFlow computes on the processor and the run is long enough.
 *
 * @param tokens of all epochs @param asked what the user wants
 * @throws InputError where the wish cannot be met
 */
export function chooseReplicas(tokens: number, hasRecipe: boolean, asked?: number): number {
  const obstacle = !hasRecipe
    ? 'this task cannot be made again in another process'
    : process.platform !== 'linux'
      ? 'memory is shared between processes on Linux alone'
      : usesGpu()
        ? 'TensorFlow computes on a GPU, which one process keeps busy'
        : undefined;
  if (asked !== undefined) {
    if (obstacle && asked > 1)
      throw new InputError(`no ${asked} replicas: ${obstacle}; leave the number out`);
    if (asked > MOST_REPLICAS)
      throw new InputError(
        `${asked} replicas are more than any machine keeps busy; take ${MOST_REPLICAS} at most`,
      );
    return asked;
  }
  return obstacle || tokens < WORTH ? 1 : Math.min(MOST, threadsToUse());
}

/** One a core, or what TensorFlow is told by the environment, as when several runs share a machine. */
export function threadsToUse(): number {
  const told = Number(process.env.TF_NUM_INTRAOP_THREADS);
  return told > 0 ? told : availableParallelism();
}

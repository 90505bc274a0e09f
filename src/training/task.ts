import type { Random } from '../foundation';
import type { DeviceTensor, Parameters, Tape, Weights } from '../nn';
import type { Loss } from './losses';

/**
 * How another process makes the same task: it calls an exported function of a module with the parameters (plain arrays by name) and
 * these arguments, which are plain data (numbers, texts, arrays, maps, typed arrays).
 */
export interface Recipe {
  /** Its file, as `__filename` says. */
  module: string;
  export: string;
  arguments: readonly unknown[];
}

/** What is trained: a network, how wrong it is on a batch of examples, and where it goes. */
export interface Task<Example extends { inputIds: Int32Array }> {
  readonly parameters: Parameters;
  /** Layers of the encoder, for rates by layer. */
  readonly layers: number;
  /** Tells runs apart: a checkpoint of another is not gone on with. */
  readonly description: unknown;
  /** Computes on the tape; the loss's gradient is that of `logits`. `random` is the step's own, `step` counts from 0. */
  loss(
    tape: Tape,
    weights: Weights,
    examples: readonly Example[],
    random: Random,
    step: number,
  ): Loss & { logits: DeviceTensor };
  /** What the mean loss of examples is a mean over: how many known labels, hidden words, … they have. */
  weight(examples: readonly Example[]): number;
  /** Without it, the task is trained in this process alone. It has to make a task with this `loss`. */
  readonly recipe?: Recipe;
  save(folder: string): void;
  /** Takes back what `save` wrote. */
  reload(folder: string): void;
}

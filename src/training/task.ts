import type { Random } from '../foundation';
import type { DeviceTensor, Parameters, Tape, Weights } from '../nn';
import type { Loss } from './losses';

/** What is trained: a network, how wrong it is on a batch of examples, and where it goes. */
export interface Task<Example extends { inputIds: Int32Array }> {
  readonly parameters: Parameters;
  /** Layers of the encoder, for rates by layer. */
  readonly layers: number;
  /** Tells runs apart: a checkpoint of another is not gone on with. */
  readonly description: unknown;
  /** Computes on the tape; the loss's gradient is that of `logits`. `random` is the step's own. */
  loss(
    tape: Tape,
    weights: Weights,
    examples: readonly Example[],
    random: Random,
  ): Loss & { logits: DeviceTensor };
  save(folder: string): void;
  /** Takes back what `save` wrote. */
  reload(folder: string): void;
}

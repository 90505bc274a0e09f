import type { Random } from '../foundation';
import type { DeviceTensor, Parameters, Tape, Weights } from '../nn';

/**
 * How another process makes the same objective: it calls an exported function of a module with the parameters (plain arrays by name) and
 * these arguments, which are plain data (numbers, texts, arrays, maps, typed arrays).
 */
export interface Blueprint {
  /** Its file, as `__filename` says. */
  module: string;
  export: string;
  arguments: readonly unknown[];
}

/** What is trained: a network, how wrong it is on a batch of examples, and where it goes. */
export interface Objective<Example extends { inputIds: Int32Array }> {
  readonly parameters: Parameters;
  /** Layers of the encoder, for rates by layer. */
  readonly layers: number;
  /** Tells runs apart: a checkpoint of another run is not resumed. */
  readonly description: unknown;
  /** The mean loss, one number, computed on the tape. `random` is the step's own, `step` counts from 0. */
  loss(
    tape: Tape,
    weights: Weights,
    examples: readonly Example[],
    random: Random,
    step: number,
  ): DeviceTensor;
  /** What the mean loss of examples is a mean over: how many known labels, hidden words, … they have. */
  weight(examples: readonly Example[]): number;
  /** Without it, training stays in this process. It has to make an objective with this `loss`. */
  readonly blueprint?: Blueprint;
  save(folder: string): void;
  /** Takes back what `save` wrote. */
  reload(folder: string): void;
}

/** How good a network is on what it was not trained on. */
export interface Evaluation {
  loss: number;
  /** The higher the better: decides which epoch is kept. The mean F1 of the labels, but with masked words. */
  score: number;
  /** Of a classifier of texts. */
  accuracy?: number;
  /** By label: strict span F1 of a tagger, F1 of a classifier; a label that does not occur is null. */
  f1?: Record<string, number | null>;
}

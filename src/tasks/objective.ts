import type { Random } from '../foundation';
import type { DeviceTensor, Parameters, Tape, Weights } from '../nn';

/**
 * How another process rebuilds the same objective: it calls an exported function of a module with the parameters (plain arrays by
 * name) and these arguments, which are plain data (numbers, texts, arrays, maps, typed arrays).
 */
export interface Blueprint {
  /** Path of the module, as in `__filename`. */
  module: string;
  export: string;
  arguments: readonly unknown[];
}

/** What is trained: a network, its loss on a batch of examples, and how it is saved. */
export interface Objective<Example extends { inputIds: Int32Array }> {
  readonly parameters: Parameters;
  /** Number of encoder layers, for layer-wise learning rates. */
  readonly layers: number;
  /** Part of the run fingerprint: a checkpoint of another run is not resumed. */
  readonly description: unknown;
  /** The mean loss, one number, computed on the tape. `random` is seeded per step, `step` counts from 0. */
  loss(
    tape: Tape,
    weights: Weights,
    examples: readonly Example[],
    random: Random,
    step: number,
  ): DeviceTensor;
  /** Denominator of the mean loss: the number of known labels, masked words, … in the examples. */
  weight(examples: readonly Example[]): number;
  /** Without it, training stays in this process. It must rebuild an objective with this `loss`. */
  readonly blueprint?: Blueprint;
  save(folder: string): void;
  /** Reloads what `save` wrote. */
  reload(folder: string): void;
}

/** Scores of a network on held-out data. */
export interface Evaluation {
  loss: number;
  /** Higher is better: selects the epoch to keep. The mean F1 of the labels, except for masked words. */
  score: number;
  /** Text classifiers: share of right texts. Taggers with exclusive tags: share of right tags. */
  accuracy?: number;
  /** Over all mentions; taggers with exclusive tags only. */
  precision?: number;
  recall?: number;
  /** By label: strict span F1 of a tagger, F1 of a classifier; null for a label that does not occur. */
  f1?: Record<string, number | null>;
}

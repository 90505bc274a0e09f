import { createRandom, InputError } from '../foundation';
import {
  createChance,
  type DeviceTensor,
  download,
  free,
  kernels,
  type Precision,
  Tape,
  tidy,
  upload,
} from '../nn';
import type { Objective } from '../tasks';
import { splitIntoPasses } from './batching';
import type { TrainingOptions } from './configuration';
import type { Learner, LearnerOptions, State } from './learner';
import { type Gradients, globalNorm } from './optimizer';

export interface Step {
  /** From 0. */
  step: number;
  /** Location for the message that training diverged, such as "epoch 2, batch 17". */
  where: string;
  learningRate: number;
  /** Precision of matrix products. */
  precision: Precision;
  /**
   * Weight of the step's mean loss relative to that of an average step; default 1. Batches of similar length differ in their number of tokens, and
   * without it each token of a short window would count several times as much as one of a long window.
   */
  weight?: number;
}

export type StepOptions = Pick<TrainingOptions, 'seed' | 'accumulation' | 'clipNorm'>;

/** Results of a step: its mean loss, and the norm of the gradient of that. */
export interface StepOutcome {
  loss: number;
  gradientNorm: number;
}

/** Takes the steps of a training run: in this process, or in several replicas of the network in child processes. */
export interface Stepper<Example> {
  /**
   * Takes one step on some batches.
   *
   * @throws InputError if the loss is not finite; nothing is updated then
   */
  step(batches: readonly (readonly Example[])[], step: Step): Promise<StepOutcome>;
  /** Runs `work` with the task's parameters set to those to be evaluated and saved: the averages, if any. */
  judged<T>(work: () => Promise<T>): Promise<T>;
  /** Returns the state needed to resume. */
  snapshot(): Promise<State>;
  /** Ends it and frees its memory. The task's parameters remain owned by the caller. */
  dispose(): Promise<void>;
}

export type StepperOptions = LearnerOptions & StepOptions;

/** Examples that one process computes at once. */
export interface Part<Example> {
  examples: readonly Example[];
  /** Weight of their mean loss in the loss of the step. */
  share: number;
  /** Seeds the random numbers, together with the run's seed; differs between the parts of a run. null for none: no dropout. */
  draw: number | null;
  /** The step that it is a part of, from 0; 0 by default. */
  step?: number;
}

/**
 * Takes one step: the mean loss of some batches, treated as one, its gradients, clipping, update.
 *
 * @throws InputError if the loss is not finite; nothing is updated then
 */
export function takeStep<Example extends { inputIds: Int32Array }>(
  learner: Learner<Example>,
  batches: readonly (readonly Example[])[],
  { seed, accumulation, clipNorm }: StepOptions,
  step: Step,
): StepOutcome {
  const parts = partsOf(learner.task, batches, step.step, step.step * accumulation).flat();
  const { loss, gradients } = accumulate(learner.task, parts, seed, step.precision);
  try {
    const outcome = { loss, gradientNorm: globalNorm(gradients) };
    refuseDivergence(outcome, step);
    learner.update(gradients, step.learningRate, gradientScale(clipNorm, outcome, step));
    return outcome;
  } finally {
    free(...gradients.values());
  }
}

/**
 * Splits groups of examples into parts of similar length, with shares by which their mean losses add up to the mean of all // [groups][parts]
 *
 * @param firstDraw seeds the random numbers of the first group's first part; each group has the next number
 */
export function partsOf<Example extends { inputIds: Int32Array }>(
  task: Pick<Objective<Example>, 'weight'>,
  groups: readonly (readonly Example[])[],
  step: number,
  firstDraw: number,
): Part<Example>[][] {
  const passes = groups.map(splitIntoPasses);
  const shares = sharesOf(task, passes.flat());
  let placed = 0;
  return passes.map((own, group) =>
    own.map((examples, pass) => {
      const draw = firstDraw + group + pass * DRAWS;
      return { examples, share: shares[placed++], draw, step };
    }),
  );
}

/** More than any run has groups. */
const DRAWS = 1e8;

/** Returns the weight of each group's mean loss in the overall mean: its share of the denominator. */
export function sharesOf<Example extends { inputIds: Int32Array }>(
  task: Pick<Objective<Example>, 'weight'>,
  groups: readonly (readonly Example[])[],
): number[] {
  const weights = groups.map((examples) => (examples.length > 0 ? task.weight(examples) : 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (total > 0 ? weight / total : 0));
}

/** @throws InputError if loss or gradients are not finite */
export function refuseDivergence({ loss, gradientNorm }: StepOutcome, { step, where }: Step): void {
  if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) return;
  throw new InputError(
    `training diverged at step ${step + 1} (${where}): the loss is ${loss}, the gradient's norm ${gradientNorm}; lower the learning rate (the best model and the last checkpoint, if any, are kept)`,
  );
}

/** Returns the factor that scales a gradient down to a norm of at most `clipNorm`. */
export const clippingScale = (clipNorm: number, gradientNorm: number): number =>
  Math.min(1, clipNorm / gradientNorm);

/** Returns the factor by which the gradient of a step's mean loss is multiplied: its weight, less if the norm would exceed `clipNorm`. */
export const gradientScale = (
  clipNorm: number,
  { gradientNorm }: StepOutcome,
  { weight = 1 }: Pick<Step, 'weight'>,
): number => weight * clippingScale(clipNorm, weight * gradientNorm);

/** Returns the loss of a part and the gradient of every parameter, both times the part's share. The caller frees the gradients. */
export function lossAndGradients<Example extends { inputIds: Int32Array }>(
  task: Objective<Example>,
  { examples, share, draw, step = 0 }: Part<Example>,
  seed: number,
  precision: Precision = 'float32',
): { loss: number; gradients: Gradients } {
  return tidy(() => {
    const weights = task.parameters.read();
    const chance = draw === null ? undefined : createChance(seed, draw);
    const tape = new Tape(true, chance, precision);
    try {
      const loss = task.loss(tape, weights, examples, createRandom(seed * 1009 + (draw ?? 0)), step);
      const [value] = download(loss);
      // Uploaded, since numbers passed to operations are cached forever, and shares differ between parts.
      const byTensor = tape.backward(loss, upload(Float32Array.of(share), []));
      const gradients = new Map([...weights].map(([name, tensor]) => [name, byTensor.get(tensor)!]));
      return { loss: share * value, gradients };
    } finally {
      tape.dispose();
    }
  });
}

/** Sums losses and gradients over several parts, one part at a time in memory. The caller frees the gradients. */
export function accumulate<Example extends { inputIds: Int32Array }>(
  task: Objective<Example>,
  parts: readonly Part<Example>[],
  seed: number,
  precision: Precision = 'float32',
): { loss: number; gradients: Gradients } {
  const [first, ...others] = parts;
  let total = lossAndGradients(task, first, seed, precision);
  for (const part of others) {
    const next = lossAndGradients(task, part, seed, precision);
    total = { loss: total.loss + next.loss, gradients: addUp(total.gradients, next.gradients) };
  }
  return total;
}

/** Adds two sets of gradients, which are freed. */
function addUp(ones: Gradients, others: Gradients): Gradients {
  return new Map(
    [...ones].map(([name, one]): [string, DeviceTensor] => {
      const other = others.get(name)!;
      const sum = tidy(() => kernels.add(one, other));
      if (one.rows && other.rows) sum.rows = Int32Array.from(new Set([...one.rows, ...other.rows]));
      free(one, other);
      return [name, sum];
    }),
  );
}

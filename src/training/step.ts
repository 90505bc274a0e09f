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
import type { TrainingOptions } from './configuration';
import type { Learner, LearnerOptions, State } from './learner';
import { type Gradients, globalNorm } from './optimizer';

export interface Step {
  /** From 0 on. */
  step: number;
  /** In the words of the message that training diverged, such as "epoch 2, batch 17". */
  where: string;
  learningRate: number;
  /** What matrix products multiply in. */
  precision: Precision;
}

export type StepOptions = Pick<TrainingOptions, 'seed' | 'accumulation' | 'clipNorm'>;

/** What a step says of itself. */
export interface StepOutcome {
  loss: number;
  gradientNorm: number;
}

/** Who takes the steps of a training run: this process, or several replicas of the network in processes of their own. */
export interface Stepper<Example> {
  /**
   * One step on some batches.
   *
   * @throws InputError where the loss is no number any more; nothing was updated then
   */
  step(batches: readonly (readonly Example[])[], step: Step): Promise<StepOutcome>;
  /** Does something while the task's parameters here are those to be judged and kept: the averages, where there are any. */
  judged<T>(work: () => Promise<T>): Promise<T>;
  /** All that is needed to go on. */
  snapshot(): Promise<State>;
  /** Ends it and gives back what it holds. The task's parameters stay with their owner. */
  dispose(): Promise<void>;
}

export type StepperOptions = LearnerOptions & StepOptions;

/** Examples that one process computes at once. */
export interface Part<Example> {
  examples: readonly Example[];
  /** What their mean loss counts in the loss of the step. */
  share: number;
  /** Chance is drawn by this and the seed of the run; each part of a run has its own. null leaves nothing to chance: no dropout. */
  draw: number | null;
  /** Which step it is a part of, from 0 on; the first where it is left out. */
  step?: number;
}

/**
 * One step: the mean loss of some batches, as if they were one, its gradients, clipping, update.
 *
 * @throws InputError where the loss is no number any more; nothing was updated then
 */
export function takeStep<Example extends { inputIds: Int32Array }>(
  learner: Learner<Example>,
  batches: readonly (readonly Example[])[],
  { seed, accumulation, clipNorm }: StepOptions,
  step: Step,
): StepOutcome {
  const shares = sharesOf(learner.task, batches);
  const parts = batches.map((examples, index) => ({
    examples,
    share: shares[index],
    draw: step.step * accumulation + index,
    step: step.step,
  }));
  const { loss, gradients } = accumulate(learner.task, parts, seed, step.precision);
  try {
    const outcome = { loss, gradientNorm: globalNorm(gradients) };
    refuseDivergence(outcome, step);
    learner.update(gradients, step.learningRate, clippingScale(clipNorm, outcome.gradientNorm));
    return outcome;
  } finally {
    free(...gradients.values());
  }
}

/** What the mean loss of each group of examples counts in that of all: its share of what the mean is over. */
export function sharesOf<Example extends { inputIds: Int32Array }>(
  task: Pick<Objective<Example>, 'weight'>,
  groups: readonly (readonly Example[])[],
): number[] {
  const weights = groups.map((examples) => (examples.length > 0 ? task.weight(examples) : 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (total > 0 ? weight / total : 0));
}

/** @throws InputError where loss or gradients are no numbers any more */
export function refuseDivergence({ loss, gradientNorm }: StepOutcome, { step, where }: Step): void {
  if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) return;
  throw new InputError(
    `training diverged at step ${step + 1} (${where}): the loss is ${loss}, the gradient's length ${gradientNorm}; lower the learning rate (the best model and the last checkpoint, where the run has any by now, are kept)`,
  );
}

/** What a gradient longer than `clipNorm` is multiplied by to have that length. */
export const clippingScale = (clipNorm: number, gradientNorm: number): number =>
  Math.min(1, clipNorm / gradientNorm);

/** Loss of a part and the gradient of every parameter, both times the part's share. The caller frees the gradients. */
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
      // Uploaded, since numbers that operations are given are kept for good, and shares differ from part to part.
      const byTensor = tape.backward(loss, upload(Float32Array.of(share), []));
      const gradients = new Map([...weights].map(([name, tensor]) => [name, byTensor.get(tensor)!]));
      return { loss: share * value, gradients };
    } finally {
      tape.dispose();
    }
  });
}

/** Sums of losses and gradients over several parts, a part at a time in memory. The caller frees the gradients. */
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

/** New gradients out of two sets, which are freed. */
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

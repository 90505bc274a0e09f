import { createRandom, InputError } from '../foundation';
import { createChance, type DeviceTensor, download, free, kernels, type Precision, Tape, tidy } from '../nn';
import type { TrainingOptions } from './configuration';
import { type AdamW, type Gradients, globalNorm } from './optimizer';
import type { Task } from './task';

export interface Step {
  /** From 0 on. */
  step: number;
  /** In the words of the message that training diverged, such as "epoch 2, batch 17". */
  where: string;
  learningRate: number;
  /** What matrix products multiply in. */
  precision: Precision;
}

/**
 * One step: the mean loss of some batches, its gradients, clipping, update.
 *
 * @throws InputError where the loss is no number any more; nothing was updated then
 */
export function takeStep<Example extends { inputIds: Int32Array }>(
  task: Task<Example>,
  optimizer: AdamW,
  batches: readonly (readonly Example[])[],
  { seed, accumulation, clipNorm }: Pick<TrainingOptions, 'seed' | 'accumulation' | 'clipNorm'>,
  { step, where, learningRate, precision }: Step,
): { loss: number; gradientNorm: number } {
  const { loss, gradients } = accumulate(task, batches, seed, step * accumulation, precision);
  try {
    const gradientNorm = globalNorm(gradients);
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
      throw new InputError(
        `training diverged at step ${step + 1} (${where}): the loss is ${loss}, the gradient's length ${gradientNorm}; lower the learning rate (the best model and the last checkpoint are kept)`,
      );
    }
    optimizer.update(gradients, learningRate, Math.min(1, clipNorm / gradientNorm));
    return { loss, gradientNorm };
  } finally {
    free(...gradients.values());
  }
}

/**
 * Loss of a batch and the gradient of every parameter, with dropout drawn by `seed` and `draw`. The caller frees the gradients.
 */
export function lossAndGradients<Example extends { inputIds: Int32Array }>(
  task: Task<Example>,
  examples: readonly Example[],
  seed: number,
  draw: number,
  precision: Precision = 'float32',
): { loss: number; gradients: Gradients } {
  return tidy(() => {
    const weights = task.parameters.read();
    const tape = new Tape(true, createChance(seed, draw), precision);
    try {
      const { logits, loss, gradient } = task.loss(tape, weights, examples, createRandom(seed * 1009 + draw));
      const [value] = download(loss);
      const byTensor = tape.backward(logits, gradient);
      const gradients = new Map([...weights].map(([name, tensor]) => [name, byTensor.get(tensor)!]));
      return { loss: value, gradients };
    } finally {
      tape.dispose();
    }
  });
}

/** Means of loss and gradients over several batches of one step, a batch at a time in memory. The caller frees the gradients. */
export function accumulate<Example extends { inputIds: Int32Array }>(
  task: Task<Example>,
  batches: readonly (readonly Example[])[],
  seed: number,
  draw: number,
  precision: Precision = 'float32',
): { loss: number; gradients: Gradients } {
  let total = lossAndGradients(task, batches[0], seed, draw, precision);
  for (const [index, batch] of batches.slice(1).entries()) {
    const next = lossAndGradients(task, batch, seed, draw + index + 1, precision);
    const sums = combine(total.gradients, next.gradients, (one, other) => kernels.add(one, other));
    total = { loss: total.loss + next.loss, gradients: sums };
  }
  if (batches.length === 1) return total;
  const share = 1 / batches.length;
  const means = combine(total.gradients, total.gradients, (sum) => kernels.multiply(sum, share));
  return { loss: total.loss * share, gradients: means };
}

/** New gradients out of two sets, which are freed. */
function combine(
  ones: Gradients,
  others: Gradients,
  compute: (one: DeviceTensor, other: DeviceTensor) => DeviceTensor,
): Gradients {
  return new Map(
    [...ones].map(([name, one]) => {
      const other = others.get(name)!;
      const result = tidy(() => compute(one, other));
      free(one);
      if (other !== one) free(other);
      return [name, result];
    }),
  );
}

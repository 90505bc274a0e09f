import { createRandom } from '../foundation';
import { createChance, download, free, kernels, Tape, tidy } from '../nn';
import type { Gradients } from './optimizer';
import type { Task } from './task';

/**
 * Loss of a batch and the gradient of every parameter, with dropout drawn by `seed` and `draw`. The caller frees the gradients.
 */
export function lossAndGradients<Example extends { inputIds: Int32Array }>(
  task: Task<Example>,
  examples: readonly Example[],
  seed: number,
  draw: number,
): { loss: number; gradients: Gradients } {
  return tidy(() => {
    const weights = task.parameters.read();
    const tape = new Tape(true, createChance(seed, draw));
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
): { loss: number; gradients: Gradients } {
  let total = lossAndGradients(task, batches[0], seed, draw);
  for (const [index, batch] of batches.slice(1).entries()) {
    const next = lossAndGradients(task, batch, seed, draw + index + 1);
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
  compute: (
    ...pair: [ReturnType<typeof kernels.add>, ReturnType<typeof kernels.add>]
  ) => ReturnType<typeof kernels.add>,
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

import { resolve } from 'node:path';
import { InputError } from '../../foundation';
import type { Tensor } from '../../nn';
import { labelTaskOf, withTask } from '../../tasks';
import { isPrunable } from './sparse/objective';

/**
 * Sets the weakest outputs of every matrix in the encoder's layers to zero: of its rows, the given share with the smallest Euclidean norms. This is
 * PyTorch's `torch.nn.utils.prune.ln_structured(module, 'weight', amount, n=2, dim=0)`, a baseline: the matrices keep their shapes, so nothing
 * becomes faster, and residual connections make no output superfluous for being small.
 *
 * @param share from 0 to 1 @param out folder for the pruned model
 * @throws InputError if the model cannot be read, or `out` is its own folder
 */
export function zeroWeakestOutputs(model: string, out: string, share: number): void {
  if (resolve(model) === resolve(out))
    throw new InputError(`${out}: is the model's own folder; choose another one for the pruned model`);
  withTask(labelTaskOf(model), (task) => {
    const dense = task.load(model);
    const { configuration } = dense;
    const tensors = [...dense.parameters.snapshot()].map(([name, tensor]): [string, Tensor] => [
      name,
      isPrunable(name, tensor.shape) ? withoutWeakestRows(tensor, share) : tensor,
    ]);
    dense.dispose();
    const pruned = task.build(configuration, model, new Map(tensors));
    try {
      pruned.save(out);
    } finally {
      pruned.dispose();
    }
  });
}

/** @param matrix [outputs, inputs] */
export function withoutWeakestRows({ shape, data }: Tensor, share: number): Tensor {
  const [outputs, inputs] = shape;
  const norms = Array.from({ length: outputs }, (_, row) =>
    Math.hypot(...data.subarray(row * inputs, (row + 1) * inputs)),
  );
  const weakest = [...norms.keys()]
    .sort((one, other) => norms[one] - norms[other])
    .slice(0, Math.round(share * outputs));
  const kept = data.slice();
  for (const row of weakest) kept.fill(0, row * inputs, (row + 1) * inputs);
  return { shape, data: kept };
}

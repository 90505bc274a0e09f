import { type DeviceTensor, kernels, upload } from '../../nn';
import type { Loss, OutcomeGroups } from '../../tasks';

const { add, firstColumns, joinColumns, logSoftmax, multiply, reshape, softmax, subtract, sumOfAll } =
  kernels;

/** The teacher's logits of a padded batch, row-major. */
export interface SoftTargets {
  logits: Float32Array; // [rows, outputs]
  /** Weight of each row in the loss: 0 for padding and special tokens. */
  share: Float32Array; // [rows]
}

export interface SoftTargetOptions {
  temperature: number;
  /**
   * Sizes of the groups of mutually exclusive outputs: with "outside", whose logit is 0, 2 for B and I of a label trained with
   * cross-entropy and 1 for outputs with a sigmoid each; without it, all outputs of a softmax.
   */
  groups: OutcomeGroups;
}

/**
 * Divergence of the student's probabilities from the teacher's at temperature T (Hinton, Vinyals & Dean 2015, arXiv:1503.02531):
 * T² KL(softmax(t / T) || softmax(z / T)), whose derivative with respect to z is T (softmax(z / T) - softmax(t / T)). T² makes the
 * size of the gradients independent of the temperature. Unlike labels, these are known for every class.
 *
 * Returns the sum over rows, weighted by share, of the mean over groups of outcomes. logits [rows, outputs]
 */
export function softTargetLoss(
  logits: DeviceTensor,
  targets: SoftTargets,
  { temperature, groups: { size, outside: hasOutside } }: SoftTargetOptions,
): Loss {
  const [rows, outputs] = logits.shape;
  const groups = outputs / size;
  const outside = upload(new Float32Array(rows * groups), [rows * groups, 1]);
  const soften = (z: DeviceTensor) => {
    const grouped = reshape(z, rows * groups, size);
    return multiply(hasOutside ? joinColumns(grouped, outside) : grouped, 1 / temperature); // [rows * groups, size, + 1 with outside]
  };
  const student = soften(logits);
  const teacher = soften(upload(targets.logits, [rows, outputs]));
  const share = upload(
    Float32Array.from(
      { length: rows * groups },
      (_, group) => targets.share[Math.floor(group / groups)] / groups,
    ),
    [rows * groups, 1],
  );
  const wanted = softmax(teacher);
  const divergence = multiply(wanted, subtract(logSoftmax(teacher), logSoftmax(student)));
  const shared = multiply(subtract(softmax(student), wanted), share);
  const slopes = hasOutside ? firstColumns(shared, size) : shared;
  return {
    loss: multiply(sumOfAll(multiply(divergence, share)), temperature ** 2),
    gradient: reshape(multiply(slopes, temperature), rows, outputs),
  };
}

/** Combines losses of the same logits into a weighted sum. */
export function weigh(parts: readonly { weight: number; loss: Loss }[]): Loss {
  return parts
    .map(({ weight, loss }) => ({
      loss: multiply(loss.loss, weight),
      gradient: multiply(loss.gradient, weight),
    }))
    .reduce((one, other) => ({
      loss: add(one.loss, other.loss),
      gradient: add(one.gradient, other.gradient),
    }));
}

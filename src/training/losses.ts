import { type DeviceTensor, kernels } from '../nn';

const { absolute, add, exponential, logOnePlus, multiply, negative, relu, sigmoid, subtract, sumOfAll } =
  kernels;

/** A loss and its gradient by the logits. */
export interface Loss {
  /** Of no dimension. */
  loss: DeviceTensor;
  /** Shaped as the logits. */
  gradient: DeviceTensor;
}

/**
 * Binary cross-entropy of independent sigmoids, averaged over the known labels alone: a class that a corpus did not look for
 * teaches nothing, neither for nor against.
 *
 * For a logit z and a label y it is max(z, 0) - z y + log(1 + exp(-|z|)), which never overflows; its derivative is
 * sigmoid(z) - y.
 *
 * @param logits [rows, outputs] @param labels 0 or 1, same shape @param known 1 where the label counts, same shape
 * @param count of the known labels
 */
export function maskedBinaryCrossEntropy(
  logits: DeviceTensor,
  labels: DeviceTensor,
  known: DeviceTensor,
  count: number,
): Loss {
  const share = 1 / Math.max(count, 1);
  const losses = add(
    subtract(relu(logits), multiply(logits, labels)),
    logOnePlus(exponential(negative(absolute(logits)))),
  );
  return {
    loss: multiply(sumOfAll(multiply(losses, known)), share),
    gradient: multiply(multiply(subtract(sigmoid(logits), labels), known), share),
  };
}

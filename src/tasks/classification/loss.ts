import { type DeviceTensor, kernels, type LabelOutcome, upload } from '../../nn';
import { binaryCrossEntropy, type Loss } from '../losses';
import type { ClassifiedText } from './examples';

export interface ClassificationLossOptions {
  outcome: LabelOutcome;
  /** Fraction of each target that is spread over all outcomes (Szegedy et al. 2016, arXiv:1512.00567). */
  labelSmoothing: number;
  /** Weight of each label in the loss, in the order of the head's labels // [labels] */
  weights: readonly number[];
  /** Denominator of the mean, if not the number of known targets. */
  total?: number;
}

/** Returns the total weight of the targets in the mean: each known one counts with the weight of its label. */
export function weightOf(
  targets: Int32Array,
  { outcome, weights }: Pick<ClassificationLossOptions, 'outcome' | 'weights'>,
): number {
  return targets.reduce((sum, target, place) => {
    if (target < 0) return sum;
    return sum + weights[outcome === 'one' ? target : place % weights.length];
  }, 0);
}

/**
 * Mean loss over known targets: PyTorch's `CrossEntropyLoss` if one label applies, or `BCEWithLogitsLoss` if several may, with
 * class weights as weights of the mean // logits [batch, labels]
 */
export function classificationLoss(
  logits: DeviceTensor,
  examples: readonly Pick<ClassifiedText, 'targets'>[],
  options: ClassificationLossOptions,
): Loss {
  const [rows, labels] = logits.shape;
  const { outcome, labelSmoothing, weights } = options;
  const total =
    options.total ?? (examples.reduce((sum, { targets }) => sum + weightOf(targets, options), 0) || 1);
  if (outcome === 'several') {
    const soft = new Float32Array(rows * labels);
    const share = new Float32Array(rows * labels);
    examples.forEach(({ targets }, row) => {
      targets.forEach((target, label) => {
        soft[row * labels + label] = Math.max(target, 0) * (1 - labelSmoothing) + labelSmoothing / 2;
        share[row * labels + label] = target < 0 ? 0 : weights[label] / total;
      });
    });
    return binaryCrossEntropy(logits, upload(soft, [rows, labels]), upload(share, [rows, labels]));
  }
  // Targets of each row, smoothed, weighted by label and by the row's share of the mean; and the sum of each row.
  const weighted = new Float32Array(rows * labels);
  const sums = new Float32Array(rows);
  examples.forEach(({ targets: [target] }, row) => {
    if (target < 0) return;
    for (let label = 0; label < labels; label++) {
      const share = (label === target ? 1 - labelSmoothing : 0) + labelSmoothing / labels;
      weighted[row * labels + label] = (share * weights[label]) / total;
      sums[row] += weighted[row * labels + label];
    }
  });
  const wanted = upload(weighted, [rows, labels]);
  return {
    loss: kernels.negative(kernels.sumOfAll(kernels.multiply(wanted, kernels.logSoftmax(logits)))),
    gradient: kernels.subtract(kernels.multiply(kernels.softmax(logits), upload(sums, [rows, 1])), wanted),
  };
}

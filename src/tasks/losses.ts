import { type DeviceTensor, kernels, type Tape, upload } from '../nn';
import { outputNames, outputsPerLabel, parseTag, type TagSet } from '../tokenization';

const {
  absolute,
  add,
  exponential,
  firstColumns,
  joinColumns,
  logOnePlus,
  logSoftmax,
  multiply,
  negative,
  relu,
  reshape,
  sigmoid,
  softmax,
  subtract,
  sumOfAll,
} = kernels;

/** A loss and its gradient with respect to the logits. */
export interface Loss {
  /** A scalar. */
  loss: DeviceTensor;
  /** Shape of the logits. */
  gradient: DeviceTensor;
}

/** The names in the assessment's grid, and cross-entropy. */
export const LOSSES = ['bce', 'focal', 'smooth_focal', 'cross_entropy'] as const;
export type LossName = (typeof LOSSES)[number];

/** Options that only some losses use. */
export const USED_BY: Readonly<Record<'focalGamma' | 'labelSmoothing', readonly LossName[]>> = {
  focalGamma: ['focal', 'smooth_focal'],
  labelSmoothing: ['smooth_focal', 'cross_entropy'],
};

export interface LossOptions {
  loss: LossName;
  /** Down-weights labels that the network is already sure of (focal losses). */
  focalGamma: number;
  /** Fraction of each target that is spread over all outcomes (`smooth_focal`, `cross_entropy`). */
  labelSmoothing: number;
  /** Weights of labels in the loss; 1 for a label that is not listed. */
  classWeights: Readonly<Record<string, number>>;
}

/** Gold tags of a batch. Row-major. */
export interface Targets {
  labels: Float32Array; // [rows, outputs]
  /** 1 where the label is known: a label that the source did not annotate has no loss. */
  known: Float32Array; // [rows, outputs]
  /** Number of known labels; for an exclusive tagger, of tokens with a tag. The loss is the mean over these. */
  knownLabels: number;
}

/** Loss of a tagger from its logits // [rows, outputs] */
export type TaggingLoss = (logits: DeviceTensor, targets: Targets) => Loss;

/** Creates the tagging loss for the options. */
export function createLoss(options: LossOptions, tagSet: TagSet): TaggingLoss {
  const { loss, focalGamma, labelSmoothing } = options;
  const weights = outputWeights(options.classWeights, tagSet);
  const isWeighted = weights.some((weight) => weight !== 1);
  const weigh = ({ known }: Targets) =>
    isWeighted ? known.map((one, index) => one * weights[index % weights.length]) : known;
  if (tagSet.scheme === 'exclusive')
    return (logits, targets) => tagCrossEntropy(logits, targets, weights, labelSmoothing);
  const perLabel = outputsPerLabel(tagSet);

  return (logits, targets) => {
    const labels = upload(targets.labels, logits.shape);
    const known = weigh(targets);
    const count = Math.max(targets.knownLabels, 1);
    if (loss === 'cross_entropy')
      return exclusiveCrossEntropy(logits, labels, known, count, perLabel, labelSmoothing);
    const smoothing = loss === 'smooth_focal' ? labelSmoothing : 0;
    const soft = smoothing > 0 ? add(multiply(labels, 1 - smoothing), smoothing / 2) : labels;
    // Uploaded, since numbers passed to operations are cached forever, and counts differ between batches.
    const share = multiply(upload(known, logits.shape), upload(Float32Array.of(1 / count), []));
    return loss === 'bce'
      ? binaryCrossEntropy(logits, soft, share)
      : focalLoss(logits, soft, share, focalGamma);
  };
}

/** Weight of each output in the loss. */
function outputWeights(classWeights: LossOptions['classWeights'], tagSet: TagSet): number[] {
  const weightOf = new Map(Object.entries(classWeights));
  if (tagSet.scheme === 'exclusive')
    return outputNames(tagSet).map((name) => weightOf.get(parseTag(name).label) ?? 1);
  const perLabel = outputsPerLabel(tagSet);
  return tagSet.labels.flatMap((label) => new Array<number>(perLabel).fill(weightOf.get(label) ?? 1));
}

/** Adds a loss to the tape as an operation with its gradient in closed form. */
export function lossOnTape(tape: Tape, logits: DeviceTensor, compute: () => Loss): DeviceTensor {
  return tape.apply([logits], () => {
    const { loss, gradient } = compute();
    return { output: loss, saved: [gradient], backward: (dy) => [kernels.multiply(gradient, dy)] };
  });
}

/** log(1 + exp(z)) without overflow: -log(1 - p) for p = sigmoid(z). */
function softplus(z: DeviceTensor): DeviceTensor {
  return add(relu(z), logOnePlus(exponential(negative(absolute(z)))));
}

/**
 * Binary cross-entropy of independent sigmoids: for a logit z and a target y it is softplus(z) - z y; its derivative is sigmoid(z)
 * - y. `share` is the weight of each label in the sum.
 */
export function binaryCrossEntropy(logits: DeviceTensor, targets: DeviceTensor, share: DeviceTensor): Loss {
  const losses = subtract(softplus(logits), multiply(logits, targets));
  return {
    loss: sumOfAll(multiply(losses, share)),
    gradient: multiply(subtract(sigmoid(logits), targets), share),
  };
}

/**
 * Focal loss (Lin et al. 2017, arXiv:1708.02002, without their α): -(1 - p)^γ log p where the label is set, -p^γ log(1 - p) where
 * it is not, and for a smoothed target y the mean of the two weighted by y and 1 - y. Powers are computed as exponentials of the
 * logarithms already available.
 */
function focalLoss(logits: DeviceTensor, targets: DeviceTensor, share: DeviceTensor, gamma: number): Loss {
  const p = sigmoid(logits);
  const q = subtract(1, p);
  const costOfSet = softplus(negative(logits)); // -log p
  const costOfUnset = softplus(logits); // -log (1 - p)
  const set = multiply(targets, exponential(multiply(costOfUnset, -gamma))); // y (1 - p)^γ
  const unset = multiply(subtract(1, targets), exponential(multiply(costOfSet, -gamma))); // (1 - y) p^γ
  const losses = add(multiply(set, costOfSet), multiply(unset, costOfUnset));
  // d/dz -(1 - p)^γ log p = -(1 - p)^γ (γ p (-log p) + 1 - p), and symmetrically for the other.
  const slopeOfSet = add(multiply(multiply(p, costOfSet), gamma), q);
  const slopeOfUnset = add(multiply(multiply(q, costOfUnset), gamma), p);
  const slopes = subtract(multiply(unset, slopeOfUnset), multiply(set, slopeOfSet));
  return { loss: sumOfAll(multiply(losses, share)), gradient: multiply(slopes, share) };
}

/**
 * Cross-entropy over the mutually exclusive outcomes of each class: outside (whose logit is 0), B and I in the scheme `bio`. The
 * mean is over tokens and classes.
 */
function exclusiveCrossEntropy(
  logits: DeviceTensor,
  labels: DeviceTensor,
  known: Float32Array,
  count: number,
  perClass: number,
  smoothing: number,
): Loss {
  const rows = known.length / perClass;
  const share = Float32Array.from({ length: rows }, (_, row) => (known[row * perClass] * perClass) / count);
  const set = reshape(labels, rows, perClass);
  const outside = subtract(1, kernels.sumOfLast(set)); // [rows, 1]
  const { loss, gradient } = softmaxCrossEntropy(
    joinColumns(reshape(logits, rows, perClass), upload(new Float32Array(rows), [rows, 1])),
    joinColumns(set, outside),
    upload(share, [rows, 1]),
    smoothing,
  );
  return { loss, gradient: reshape(firstColumns(gradient, perClass), ...logits.shape) };
}

/** Excludes an output from a softmax, and stays finite. */
const IMPOSSIBLE = -1e9;

/**
 * Cross-entropy of exclusive tags, averaged over the tokens that carry one. Outputs of labels that the source did not annotate are
 * excluded from the softmax: whether a token has one of these is unknown.
 */
function tagCrossEntropy(
  logits: DeviceTensor,
  { labels, known, knownLabels }: Targets,
  weights: readonly number[],
  smoothing: number,
): Loss {
  const [rows, outputs] = logits.shape;
  const targets = new Float32Array(labels.length);
  const mask = new Float32Array(labels.length);
  const share = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const first = row * outputs;
    let [possible, chosen] = [0, -1];
    for (let output = 0; output < outputs; output++) {
      possible += known[first + output];
      if (labels[first + output] === 1) chosen = output;
    }
    if (chosen < 0 || possible === 0) continue;
    share[row] = weights[chosen] / Math.max(knownLabels, 1);
    for (let output = 0; output < outputs; output++) {
      const place = first + output;
      if (known[place] === 0) mask[place] = IMPOSSIBLE;
      else targets[place] = labels[place] * (1 - smoothing) + smoothing / possible;
    }
  }
  const shape = [rows, outputs];
  return softmaxCrossEntropy(
    add(logits, upload(mask, shape)),
    upload(targets, shape),
    upload(share, [rows, 1]),
    0,
  );
}

/**
 * Cross-entropy of a softmax with label smoothing (Szegedy et al. 2016, arXiv:1512.00567): -Σ t log softmax(z), whose derivative is
 * softmax(z) - t.
 *
 * @param logits [rows, outcomes] @param targets of each row, summing to 1, same shape @param share weight of each row in the sum //
 * [rows, 1]
 */
export function softmaxCrossEntropy(
  logits: DeviceTensor,
  targets: DeviceTensor,
  share: DeviceTensor,
  smoothing: number,
): Loss {
  const outcomes = logits.shape[1];
  const soft = smoothing > 0 ? add(multiply(targets, 1 - smoothing), smoothing / outcomes) : targets;
  const weighted = multiply(soft, share);
  return {
    loss: negative(sumOfAll(multiply(weighted, logSoftmax(logits)))),
    gradient: subtract(multiply(softmax(logits), share), weighted),
  };
}

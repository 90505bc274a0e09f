import { type Minimum, minimize, type Objective } from './lbfgs';
import { addOuterProduct, addProduct, type SparseRows } from './sparse-rows';

/** A linear classifier: the logits of a row are row · weights + intercepts. */
export interface LinearWeights {
  weights: Float64Array; // [width][labels]
  intercepts: Float64Array; // [labels]
}

const TOLERANCE = 1e-7;
const MOST_ITERATIONS = 1000;

/**
 * Multinomial logistic regression: minimizes the mean cross-entropy plus |weights|² / (2 · C · rows), with free intercepts. That is
 * scikit-learn's `LogisticRegression` with `C`, which for two labels has one vector of weights, the difference of the two here.
 *
 * @param gold index of each row's label // [rows]
 * @param labels number of labels
 * @param C inverse strength of the penalty: a small value keeps the weights small
 */
export function fitLogisticRegression(
  rows: SparseRows,
  gold: Int32Array,
  labels: number,
  C: number,
): LinearWeights & Pick<Minimum, 'converged' | 'iterations'> {
  // One vector d has the penalty |d|² of which the two vectors d / 2 and -d / 2 have half.
  const penalty = (labels === 2 ? 2 : 1) / (C * gold.length);
  const split = rows.width * labels;
  const parts = (all: Float64Array): LinearWeights => ({
    weights: all.subarray(0, split),
    intercepts: all.subarray(split),
  });
  const residual = new Float64Array(labels);
  const objective: Objective = (point, gradient) => {
    const at = parts(point);
    const slopes = parts(gradient);
    let squares = 0;
    for (let index = 0; index < split; index++) {
      squares += point[index] ** 2;
      gradient[index] = penalty * point[index];
    }
    slopes.intercepts.fill(0);
    let loss = 0;
    for (let row = 0; row < gold.length; row++) {
      residual.set(at.intercepts);
      addProduct(rows, row, at.weights, residual);
      loss += crossEntropy(residual, gold[row]) / gold.length;
      for (let label = 0; label < labels; label++) residual[label] /= gold.length;
      addOuterProduct(rows, row, residual, slopes.weights);
      for (let label = 0; label < labels; label++) slopes.intercepts[label] += residual[label];
    }
    return loss + (penalty / 2) * squares;
  };
  const { point, converged, iterations } = minimize(objective, new Float64Array(split + labels), {
    tolerance: TOLERANCE,
    maximumIterations: MOST_ITERATIONS,
  });
  return { ...parts(point), converged, iterations };
}

/** Returns the cross-entropy of logits and replaces them by its gradient, softmax minus 1 at the gold label. */
function crossEntropy(logits: Float64Array, gold: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) highest = Math.max(highest, logit);
  const ofGold = logits[gold] - highest;
  let total = 0;
  for (let label = 0; label < logits.length; label++) {
    logits[label] = Math.exp(logits[label] - highest);
    total += logits[label];
  }
  for (let label = 0; label < logits.length; label++) logits[label] /= total;
  logits[gold] -= 1;
  return Math.log(total) - ofGold;
}

import { InputError } from '../../foundation';
import { type DeviceTensor, download, free, kernels, tidy, upload } from '../../nn';
import { minimize, type Objective } from '../baselines/lbfgs';

/** Vectors of one length, row by row, each with the number of its label. */
export interface LabelledVectors {
  vectors: Float32Array; // [rows * width]
  width: number;
  gold: Int32Array; // [rows]
}

/**
 * Trains a linear classifier on vectors and returns the labels that it gives to others: how much can be read out of the vectors linearly.
 * Columns are scaled to mean 0 and deviation 1 by the training vectors.
 *
 * @param options number of labels
 * @throws InputError without vectors, or if their widths differ
 */
export function probeLabels(
  train: LabelledVectors,
  test: Pick<LabelledVectors, 'vectors' | 'width'>,
  { labels }: { labels: number },
): Int32Array {
  const count = test.vectors.length / test.width;
  if (train.gold.length === 0 || count === 0)
    throw new InputError('a probe needs vectors to learn from and others to be judged on; give both');
  if (train.width !== test.width)
    throw new InputError(
      `the probe learned vectors of ${train.width} numbers, not of ${test.width}; give those of one layer`,
    );
  const scale = scaleOf(train);
  const rows = scaled(train, scale);
  const weights = fit(rows, train, labels);
  const logits = tidy(() =>
    download(kernels.matMul(upload(scaled(test, scale), [count, test.width + 1]), weights)),
  );
  free(weights);
  return Int32Array.from({ length: count }, (_, row) => {
    const own = logits.subarray(row * labels, (row + 1) * labels);
    return own.indexOf(Math.max(...own));
  });
}

/** Inverse strength of the penalty, as in scikit-learn's LogisticRegression. */
const C = 0.1;
/** Largest component of the gradient at the end: enough for an accuracy. */
const TOLERANCE = 1e-5;
const MOST_ITERATIONS = 200;

/**
 * Multinomial logistic regression by L-BFGS, with the products in TensorFlow: minimizes the mean cross-entropy plus |weights|² / (2 C rows),
 * without a penalty on the intercepts, which are the last row of weights // [width + 1, labels]
 */
function fit(rows: Float32Array, { width, gold }: LabelledVectors, labels: number): DeviceTensor {
  const count = gold.length;
  const extent = width + 1;
  const penalty = 1 / (C * count);
  const x = upload(rows, [count, extent]);
  const y = upload(oneHotRows(gold, labels), [count, labels]);
  const objective: Objective = (point, gradient) => {
    const values = tidy(() => {
      const logits = kernels.matMul(x, upload(Float32Array.from(point), [extent, labels])); // [rows, labels]
      const logProbabilities = kernels.logSoftmax(logits);
      const residual = kernels.subtract(kernels.exponential(logProbabilities), y);
      return {
        loss: download(kernels.sumOfAll(kernels.multiply(logProbabilities, y)))[0],
        slope: download(kernels.matMul(x, residual, { transposeLeft: true })), // [width + 1, labels]
      };
    });
    let squares = 0;
    for (let index = 0; index < point.length; index++) {
      const isIntercept = index >= width * labels;
      if (!isIntercept) squares += point[index] ** 2;
      gradient[index] = values.slope[index] / count + (isIntercept ? 0 : penalty * point[index]);
    }
    return -values.loss / count + (penalty / 2) * squares;
  };
  const options = { tolerance: TOLERANCE, maximumIterations: MOST_ITERATIONS };
  const { point } = minimize(objective, new Float64Array(extent * labels), options);
  free(x, y);
  return upload(Float32Array.from(point), [extent, labels]);
}

function oneHotRows(gold: Int32Array, labels: number): Float32Array {
  const rows = new Float32Array(gold.length * labels);
  gold.forEach((label, row) => {
    rows[row * labels + label] = 1;
  });
  return rows;
}

function scaleOf({ vectors, width, gold }: LabelledVectors) {
  const means = new Float64Array(width);
  const deviations = new Float64Array(width);
  for (let index = 0; index < vectors.length; index++) means[index % width] += vectors[index] / gold.length;
  for (let index = 0; index < vectors.length; index++)
    deviations[index % width] += (vectors[index] - means[index % width]) ** 2 / gold.length;
  // A column that never changes says nothing.
  return { means, deviations: deviations.map((variance) => Math.sqrt(variance) || 1) };
}

/** Scaled rows, each with a 1 at its end for the intercept // [rows * (width + 1)] */
function scaled(
  { vectors, width }: Pick<LabelledVectors, 'vectors' | 'width'>,
  { means, deviations }: ReturnType<typeof scaleOf>,
): Float32Array {
  const rows = new Float32Array((vectors.length / width) * (width + 1)).fill(1);
  for (let index = 0; index < vectors.length; index++) {
    const column = index % width;
    rows[Math.floor(index / width) * (width + 1) + column] =
      (vectors[index] - means[column]) / deviations[column];
  }
  return rows;
}

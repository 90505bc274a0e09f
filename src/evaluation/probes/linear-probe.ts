import { InputError } from '../../foundation';
import { fitLogisticRegression } from '../baselines/logistic-regression';
import { addProduct, type SparseRows } from '../baselines/sparse-rows';

/** Vectors of one length, row by row, each with the number of its label. */
export interface LabelledVectors {
  vectors: Float32Array; // [rows * width]
  width: number;
  gold: Int32Array; // [rows]
}

/**
 * Trains a linear classifier on vectors and returns its accuracy on others: how much of the labels can be read out of the vectors linearly.
 * Columns are scaled to mean 0 and deviation 1 by the training vectors.
 *
 * @param labels number of labels
 * @param C inverse strength of the penalty, as in scikit-learn's LogisticRegression
 * @throws InputError without vectors, or if their widths differ
 */
export function probeAccuracy(
  train: LabelledVectors,
  test: LabelledVectors,
  { labels, C = 0.1 }: { labels: number; C?: number },
): number {
  if (train.gold.length === 0 || test.gold.length === 0)
    throw new InputError('a probe needs vectors to learn from and others to be judged on; give both');
  if (train.width !== test.width)
    throw new InputError(
      `the probe learned vectors of ${train.width} numbers, not of ${test.width}; give those of one layer`,
    );
  const scale = scaleOf(train);
  const { weights, intercepts } = fitLogisticRegression(scaled(train, scale), train.gold, labels, C);
  const rows = scaled(test, scale);
  let right = 0;
  for (let row = 0; row < test.gold.length; row++) {
    const logits = intercepts.slice();
    addProduct(rows, row, weights, logits);
    if (logits.indexOf(Math.max(...logits)) === test.gold[row]) right++;
  }
  return right / test.gold.length;
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

function scaled(
  { vectors, width, gold }: LabelledVectors,
  { means, deviations }: ReturnType<typeof scaleOf>,
): SparseRows {
  return {
    width,
    starts: Int32Array.from({ length: gold.length + 1 }, (_, row) => row * width),
    columns: Int32Array.from(vectors, (_, index) => index % width),
    values: Float64Array.from(
      vectors,
      (value, index) => (value - means[index % width]) / deviations[index % width],
    ),
  };
}

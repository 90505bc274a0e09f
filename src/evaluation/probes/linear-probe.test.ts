import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../foundation';
import { type LabelledVectors, probeLabels } from './linear-probe';

const accuracy = (train: LabelledVectors, test: LabelledVectors): number =>
  probeLabels(train, test, { labels: 2 }).filter((label, row) => label === test.gold[row]).length /
  test.gold.length;

/** Two columns that decide the label by their sum, and one constant column. */
function vectorsOf(seed: number, rows: number, labelOf: (x: number, y: number) => number): LabelledVectors {
  const random = createRandom(seed);
  const points = Array.from({ length: rows }, () => [random.next() - 0.5, 100 * (random.next() - 0.5)]);
  return {
    width: 3,
    vectors: Float32Array.from(points.flatMap(([x, y]) => [x, y, 7])),
    gold: Int32Array.from(points, ([x, y]) => labelOf(x, y)),
  };
}

test('what is linear in the vectors is read out, whatever the scale of their columns; what is not stays at chance', () => {
  const linear = (x: number, y: number) => (x + y / 100 > 0 ? 1 : 0);
  assert.ok(accuracy(vectorsOf(1, 400, linear), vectorsOf(2, 400, linear)) > 0.95);
  const product = (x: number, y: number) => (x * y > 0 ? 1 : 0);
  const chance = accuracy(vectorsOf(1, 400, product), vectorsOf(2, 400, product));
  assert.ok(chance > 0.35 && chance < 0.65, `${chance}`);
});

test('vectors of different width, and none, are refused', () => {
  const one = vectorsOf(1, 4, () => 0);
  assert.throws(
    () => probeLabels(one, { ...one, width: 2 }, { labels: 2 }),
    /vectors of 3 numbers, not of 2/,
  );
  const none = { vectors: new Float32Array(), width: 3, gold: new Int32Array() };
  assert.throws(() => probeLabels(none, one, { labels: 2 }), /give both/);
});

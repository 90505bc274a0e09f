import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tinyBertFolder } from '../../nn/tiny-bert.fixture';
import { exampleMatrix, quantizationErrors } from './errors';

test('a column with a separate scale is unaffected by another with large weights', () => {
  // Columns of 1 and 100 times the same numbers // [4, 2]
  const column = [0.013, -0.77, 0.5, 1];
  const data = Float32Array.from(column.flatMap((value) => [value, 100 * value]));
  const [matrix, columns, safe] = quantizationErrors({ shape: [4, 2], data });
  assert.ok(Math.abs(columns.largestError - quantum(100, column)) < 1e-5);
  // With one scale every number of the first column is rounded to a step of 100 / 127.
  const expected = Math.max(
    ...column.map((value) => Math.abs(value - (Math.round((value * 127) / 100) * 100) / 127)),
  );
  assert.ok(matrix.largestError >= expected - 1e-6);
  assert.ok(matrix.meanError > columns.meanError && safe.relativeError >= columns.relativeError * 0.5);
  assert.deepEqual([matrix.kilobytes, columns.kilobytes, safe.kilobytes], [0.012, 0.016, 0.016]);
});

const quantum = (factor: number, column: readonly number[]) =>
  Math.max(...column.map((value) => factor * Math.abs(value - Math.round(value * 127) / 127)));

test('the example matrix of a model has the layout of the product', () => {
  const { name, shape } = exampleMatrix(tinyBertFolder);
  assert.equal(name, 'bert.encoder.layer.1.output.dense.weight');
  assert.deepEqual(shape, [32, 16]);
});

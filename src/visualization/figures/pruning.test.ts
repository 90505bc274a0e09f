import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../foundation';
import { type PruningRow, pruningCurves } from './pruning-curves';
import { pruningScores } from './pruning-scores';
import { sparsitySchedule } from './sparsity-schedule';
import { weightHistogram } from './weight-histogram';

test('every weight is in a bin, and the axis is symmetric about zero', () => {
  const data = Float32Array.of(-1, -0.001, 0, 0.001, 0.5, 0.25, 2);
  const [{ x, y }] = weightHistogram({ name: 'a', data }).data as unknown as { x: number[]; y: number[] }[];
  assert.ok(Math.abs(y.reduce((sum, share) => sum + share, 0) - 100) < 1e-9);
  assert.ok(Math.abs(x[0] + 2 - 2 / 101) < 1e-6);
  assert.ok(Math.abs(y[50] - 300 / 7) < 1e-9);
  assert.ok(Math.abs(y[100] - 100 / 7) < 1e-9);
  assert.throws(() => weightHistogram({ name: 'a', data: new Float32Array(3) }), InputError);
});

test('the schedule is constant, rises by seven eighths in its first half, and is constant again', () => {
  const [{ x, y }] = sparsitySchedule({ sparsity: 0.8, begin: 0.2, end: 0.6 }).data as unknown as {
    x: number[];
    y: number[];
  }[];
  const at = (share: number) => y[x.indexOf(share)];
  assert.deepEqual([at(0), at(20), at(60), at(100)].map(Math.round), [0, 0, 80, 80]);
  assert.ok(Math.abs(at(40) - 70) < 1e-9);
});

test('scatter: each weight is in the group given by both methods', () => {
  const weights = Float32Array.of(-4, 1, 3, 0.5);
  const scores = Float32Array.of(-2, -1, 2, 1);
  const { data, title } = pruningScores({ weights, scores }, 0.5);
  assert.deepEqual(
    data.map(({ x }) => x),
    [[3], [-4], [0.5], [1]],
  );
  assert.deepEqual(
    data.map(({ y }) => y),
    [[1], [-1], [0.5], [-0.5]],
  );
  assert.match(title, /agree on 50 % of the weights \(50 % by chance\)/);
  assert.throws(() => pruningScores({ weights, scores: scores.slice(1) }, 0.5), InputError);
});

test('curves: one line per method, from most to fewest weights', () => {
  const row = (method: PruningRow['method'], remaining: number, meanF1: number, trained = false) =>
    ({ method, remaining, meanF1, trained }) as PruningRow;
  const rows = [
    row('dense', 1, 0.8),
    row('layers', 0.5, 0.4),
    row('layers', 0.8, 0.7),
    row('magnitude', 0.5, 0.75, true),
  ];
  const { data, title, reading } = pruningCurves(rows);
  assert.deepEqual(
    data.map(({ name, x, y }) => ({ name, x, y })),
    [
      { name: 'magnitude, fine-tuned', x: [50], y: [0.75] },
      { name: 'layers', x: [80, 50], y: [0.7, 0.4] },
    ],
  );
  assert.match(reading, /the dense model, 0\.800/);
  assert.match(title, /With 50 % of the weights left, magnitude keeps most: F1 0\.750 of 0\.800/);
  assert.throws(() => pruningCurves(rows.slice(1)), InputError);
});

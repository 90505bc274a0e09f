import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EvaluationRow, MetricsRow, StepRow } from '../../training';
import { learningCurves } from './learning-curves';

const step = (number: number, loss: number): StepRow => ({
  kind: 'step',
  step: number,
  epoch: 1,
  loss,
  learningRate: 1e-4,
  gradientNorm: 1,
  tokens: 100,
  tokensPerSecond: 900,
});
const evaluation = (epoch: number, loss: number, f1: number, score: number): EvaluationRow => ({
  kind: 'evaluation',
  epoch,
  step: epoch * 100,
  loss,
  score,
  f1: { 'Gene Mutations': f1, Cell: f1 - 0.1, 'Cell Line': 0, 'Organ Tissue': null },
});
const rows: MetricsRow[] = [
  ...Array.from({ length: 200 }, (_, index) => step(index + 1, 1 / (index + 1))),
  evaluation(1, 0.2, 0.6, 0.5),
  evaluation(2, 0.3, 0.7, 0.55),
];

test('the figure has the logged losses and scores', () => {
  const { data } = learningCurves(rows);
  const trace = (name: RegExp) => data.find((candidate) => name.test(String(candidate.name)))!;
  assert.equal((trace(/each step/).y as number[])[3], 0.25);
  assert.deepEqual(trace(/dev loss/).x, [100, 200]);
  assert.deepEqual(trace(/dev loss/).y, [0.2, 0.3]);
  assert.deepEqual(trace(/Gene Mutations/).y, [0.6, 0.7]);
  assert.deepEqual(trace(/Cell Line/).y, [0, 0]);
  assert.equal(
    data.some(({ name }) => name === 'Organ Tissue'),
    false,
  );
});

test('the smooth curve is the mean around each step', () => {
  const linear = Array.from({ length: 160 }, (_, index) => step(index + 1, index));
  const smooth = learningCurves(linear).data.find(({ name }) => name === 'train loss, mean of 5 steps')!;
  assert.deepEqual((smooth.y as number[]).slice(0, 4), [1, 1.5, 2, 3]);
  assert.equal((smooth.y as number[]).at(-1), 158);
});

test('title and reading name the best epochs and the label without gold', () => {
  const { title, reading } = learningCurves(rows);
  assert.match(title, /0\.55\d?, highest of \d after epoch 2/);
  assert.match(reading, /Dev loss was lowest after epoch 1\./);
  assert.match(reading, /no gold mentions of Organ Tissue/);
});

test('names of lines with equal scores do not overlap', () => {
  const { layout } = learningCurves([{ ...evaluation(1, 0.1, 0.5, 0.5), f1: everywhere(0.5) }]);
  const heights = layout.annotations!.map(({ y }) => y as number).sort((a, b) => a - b);
  assert.equal(heights.length, 4);
  heights.slice(1).forEach((height, index) => {
    assert.ok(height - heights[index] > 0.04);
  });
});

function everywhere(f1: number) {
  return { 'Gene Mutations': f1, Cell: f1, 'Cell Line': f1, 'Organ Tissue': f1 };
}

test('a run without logged steps can be drawn', () => {
  assert.equal(learningCurves([]).reading, 'No steps logged yet.');
  assert.match(learningCurves([step(1, 0.7)]).reading, /0\.70/);
});

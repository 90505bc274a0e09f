import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../foundation';
import { LABEL_COLOURS } from '../palette';
import { checkReadable } from '../rendering/readable.fixture';
import { curves } from './curves';
import { type LoggedRun, runCurves } from './run-curves';

const axes = { x: 'training texts', y: 'accuracy on test', isLogarithmic: true };
const points = [
  { x: 2000, value: 0.95, low: 0.94, high: 0.97, runs: [0.94, 0.96] },
  { x: 250, value: 0.9, low: 0.88, high: 0.91, runs: [0.89, 0.91] },
];

test('lines are in order of size with intervals as bars and single runs as points', async () => {
  const figure = curves(
    [
      { name: 'MiniLM <b>&', points },
      { name: 'tf-idf', points: [{ x: 2000, value: 0.945, low: 0.93, high: 0.96 }] },
    ],
    axes,
  );
  const texts = await checkReadable(figure);
  const [runs, line, other] = figure.data;
  assert.deepEqual(runs.x, [250, 250, 2000, 2000]);
  assert.deepEqual(
    [line.x, line.y],
    [
      [250, 2000],
      [0.9, 0.95],
    ],
  );
  const { array, arrayminus } = line.error_y as { array: number[]; arrayminus: number[] };
  assert.deepEqual(
    [...array, ...arrayminus].map((length) => length.toFixed(2)),
    ['0.01', '0.02', '0.02', '0.01'],
  );
  assert.equal((other.line as { color: string }).color, LABEL_COLOURS[1]);
  assert.ok(texts.some((text) => text.includes('MiniLM <b>& 0.950')));
  assert.match(figure.title, /MiniLM <b>& ends highest, from 0\.900 at 250 to 0\.950 at 2,000/);
});

test('long lines have bands, and a name ends at its line on any range', async () => {
  const band = Array.from({ length: 40 }, (_, index) => ({
    x: index,
    value: 3 + index,
    low: index,
    high: 9 + index,
  }));
  const figure = curves([{ name: 'one', points: band }], { x: 'step', y: 'loss' });
  await checkReadable(figure);
  assert.equal(figure.data[0].fill, 'toself');
  assert.deepEqual([(figure.data[0].y as number[])[0], (figure.data[0].y as number[]).at(-1)], [9, 0]);
  const [low, high] = (figure.layout.yaxis as { range: [number, number] }).range;
  const [{ y }] = figure.layout.annotations as { y: number }[];
  assert.ok(Math.abs(low + y * (high - low) - 42) < 1e-9);
});

test('no points, and sizes that a logarithmic axis cannot have, are refused', () => {
  assert.throws(() => curves([{ name: 'one', points: [] }], axes), InputError);
  assert.throws(
    () => curves([{ name: 'one', points: [{ x: 0, value: 1 }] }], axes),
    /one: 1 at 0 cannot be drawn/,
  );
});

const rows = (steps: number, accuracies: readonly number[]) => [
  ...Array.from({ length: steps }, (_, index) => ({
    ...{ kind: 'step' as const, step: index + 1, epoch: 1, loss: 2 / (index + 1), learningRate: 1e-4 },
    ...{ gradientNorm: 1, tokens: 10, tokensPerSecond: 10 },
  })),
  ...accuracies.map((accuracy, index) => ({
    ...{ kind: 'evaluation' as const, step: ((index + 1) * steps) / accuracies.length, epoch: index + 1 },
    ...{ loss: 1, score: accuracy - 0.2, accuracy },
  })),
];

test('runs: loss and accuracy against steps, so that batch sizes can be compared', async () => {
  const figure = runCurves([
    { name: 'batch 8', rows: rows(90, [0.6, 0.75, 0.77]) },
    { name: 'not started', rows: [] },
    { name: 'batch 32 <b>&', rows: rows(30, [0.5, 0.7, 0.72]) },
  ]);
  const texts = await checkReadable(figure);
  assert.equal(figure.data.length, 6);
  const [steps, , first, , , second] = figure.data;
  assert.deepEqual([(steps.y as number[])[1], (steps.x as number[]).at(-1)], [1, 90]);
  assert.deepEqual(
    [first.x, first.y],
    [
      [30, 60, 90],
      [0.6, 0.75, 0.77],
    ],
  );
  assert.deepEqual(second.x, [10, 20, 30]);
  assert.equal((second.line as { color: string }).color, LABEL_COLOURS[2]);
  assert.ok(texts.some((text) => text.includes('batch 32 <b>& 0.720')));
  assert.equal(figure.title, 'Best accuracy on dev: 0.770, batch 8 at step 90');
});

test('runs: of a tagger the F1 of its mentions, not the accuracy of its tags; of both kinds together the score', () => {
  const tagger = rows(30, [0.98]).map((row) => ({
    ...row,
    ...(row.kind === 'evaluation' && { precision: 0.6, recall: 0.3 }),
  }));
  const title = (...runs: LoggedRun['rows'][]) =>
    runCurves(runs.map((own, index) => ({ name: `run ${index}`, rows: own }))).title;
  assert.equal(title(tagger), 'Best F1 on dev: 0.400, run 0 at step 30');
  assert.equal(title(tagger, rows(30, [0.7])), 'Best score on dev: 0.780, run 0 at step 30');
});

test('runs: one without evaluation can be drawn, none is refused', async () => {
  const figure = runCurves([{ name: 'begun', rows: rows(3, []) }]);
  await checkReadable(figure);
  const keyed = figure.data.filter(({ showlegend }) => showlegend !== false).map(({ name }) => name);
  assert.deepEqual([figure.layout.showlegend, keyed], [true, ['begun']]);
  assert.throws(() => runCurves([{ name: 'not started', rows: [] }]), InputError);
});

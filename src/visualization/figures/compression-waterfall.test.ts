import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../foundation';
import { compressionWaterfall } from './compression-waterfall';

const steps = [
  { name: 'teacher', sizeMb: 90, latencyMs: 18, f1: 0.73 },
  { name: 'student', sizeMb: 32, latencyMs: 8, f1: 0.715 },
  { name: 'int8', sizeMb: 8, latencyMs: 9, f1: 0.72 },
];

test("bars reach from the previous step's value to the current one, in either direction", () => {
  const [size, latency, f1] = compressionWaterfall(steps).data;
  assert.deepEqual(
    [size.base, size.x],
    [
      [0, 32, 8],
      [90, 58, 24],
    ],
  );
  assert.deepEqual(
    [latency.base, latency.x],
    [
      [0, 8, 8],
      [18, 10, 1],
    ],
  );
  assert.ok(Math.abs((f1.x as number[])[1] - 1.5) < 1e-9);
  assert.deepEqual(size.y, ['teacher', 'student', 'int8']);
});

test('the numbers are beside the bars, and the F1 axis spans the data', () => {
  const { layout } = compressionWaterfall(steps);
  assert.deepEqual(
    layout.annotations!.slice(0, 3).map(({ text }) => text),
    ['90', '32', '8'],
  );
  const [low, high] = (layout.xaxis3 as { range: [number, number] }).range;
  assert.ok(low > 60 && low < 71.5 && high > 73 && high < 80);
});

test('the title summarizes all steps', () => {
  assert.match(
    compressionWaterfall(steps).title,
    /11\.3 times smaller, 2 times faster, 1 points? of F1 lost/,
  );
});

test('a single model is refused', () => {
  assert.throws(() => compressionWaterfall(steps.slice(1, 2)), InputError);
});

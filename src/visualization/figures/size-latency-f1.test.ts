import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../foundation';
import { sizeLatencyF1 } from './size-latency-f1';

const points = [
  { name: 'fp32', sizeMb: 90, latencyMs: 8, f1: 0.73 },
  { name: 'int8', sizeMb: 22.5, latencyMs: 4, f1: 0.72 },
];

test('discs have the measured latency and F1, and an area proportional to size', () => {
  const [trace] = sizeLatencyF1(points).data;
  assert.deepEqual(trace.x, [4, 8]);
  assert.deepEqual(trace.y, [0.72, 0.73]);
  const [small, large] = (trace.marker as { size: number[] }).size;
  assert.ok(Math.abs((large / small) ** 2 - 4) < 1e-9);
});

test('the F1 axis spans the data, not zero to one', () => {
  const [low, high] = (sizeLatencyF1(points).layout.yaxis as { range: [number, number] }).range;
  assert.ok(low < 0.72 && low > 0.68 && high > 0.73 && high < 0.77);
});

test('the title compares the smallest with the largest', () => {
  assert.match(
    sizeLatencyF1(points).title,
    /int8: 4 times smaller than .*fp32, 2 times faster, F1 0\.\d+ against 0\.\d+/,
  );
});

test('the line joins the Pareto front', () => {
  const slowAndPoor = { name: 'old', sizeMb: 260, latencyMs: 20, f1: 0.7 };
  const [, front] = sizeLatencyF1([slowAndPoor, ...points]).data;
  assert.deepEqual(
    [front.x, front.y],
    [
      [4, 8],
      [0.72, 0.73],
    ],
  );
});

test('many models are numbered by latency, and a key lists each with its size', () => {
  const many = Array.from({ length: 9 }, (_, index) => ({
    ...points[0],
    name: `m${index}`,
    latencyMs: 9 - index,
  }));
  const texts = (sizeLatencyF1(many).layout.annotations as { text: string }[]).map(({ text }) => text);
  assert.deepEqual(texts.slice(0, 9), ['1', '2', '3', '4', '5', '6', '7', '8', '9']);
  assert.deepEqual([texts[9], texts[17]], ['1  m8, 90 MB', '9  m0, 90 MB']);
});

test('invalid values are refused', () => {
  assert.throws(() => sizeLatencyF1([]), InputError);
  assert.throws(() => sizeLatencyF1([{ ...points[0], latencyMs: 0 }]), /fp32: size 90 MB, latency 0 ms/);
});

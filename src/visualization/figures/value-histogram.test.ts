import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../foundation';
import { checkReadable } from '../rendering/readable.fixture';
import { type HistogramOptions, valueHistogram } from './value-histogram';

const options: HistogramOptions = { title: 'Weights', x: 'weight (no unit)', range: [-1, 1], bins: 4 };

test('each number is counted in its bin, the end of the range in the last; others are named', async () => {
  const figure = valueHistogram(Float32Array.of(-1, -0.75, -0.1, 0, 0.2, 1, 1.1, -2), options);
  assert.deepEqual(figure.data[0].y, [2, 1, 2, 1]);
  assert.deepEqual(figure.data[0].x, [-0.75, -0.25, 0.25, 0.75]);
  assert.match(figure.reading, /8 numbers in 4 bins, 0 of which are empty; 25 % are outside the plot/);
  await checkReadable(figure);
});

test('a part can be drawn larger, with lines from its frame', async () => {
  const values = Float32Array.from({ length: 4000 }, (_, index) => Math.sin(index) ** 3 * 0.9);
  const zoom = { x: [0.2, 0.4], counts: [0, 100] } as const;
  const figure = valueHistogram(values, { ...options, bins: 100, zoom });
  await checkReadable(figure);
  assert.deepEqual(figure.data[1].y, figure.data[0].y);
  assert.deepEqual((figure.layout.xaxis2 as { range: number[] }).range, [0.2, 0.4]);
  const [frame, ...lines] = figure.layout.shapes as { x0: number; x1: number; type: string }[];
  assert.ok(Math.abs(frame.x0 - 0.6) < 1e-9 && Math.abs(frame.x1 - 0.7) < 1e-9);
  assert.deepEqual(
    lines.map(({ type }) => type),
    ['line', 'line'],
  );
});

test('a range without numbers is refused', () => {
  assert.throws(() => valueHistogram(Float32Array.of(3, 4), options), InputError);
  assert.throws(() => valueHistogram(new Float32Array(0), options), InputError);
});

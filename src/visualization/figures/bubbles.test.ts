import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../foundation';
import { checkReadable } from '../rendering/readable.fixture';
import { bubbles } from './bubbles';

const axes = { x: 'median latency (ms)', y: 'accuracy on test' };
const models = [
  { name: 'BERT', x: 15, y: 0.861, size: 438, interval: [0.844, 0.877] as const },
  { name: 'MiniLM <b>&', x: 5.2, y: 0.855, size: 90, interval: [0.838, 0.871] as const },
  { name: 'ELECTRA small', x: 4.9, y: 0.84, size: 54 },
];

test('areas are proportional to sizes, and intervals are vertical bars', async () => {
  const figure = bubbles(models, axes);
  const texts = await checkReadable(figure);
  const [discs, front, intervals] = figure.data;
  const [small, , large] = (discs.marker as { size: number[] }).size;
  assert.ok(Math.abs((large / small) ** 2 - 438 / 54) < 1e-9);
  assert.deepEqual(front.x, [4.9, 5.2, 15]);
  assert.deepEqual(intervals.y, [0.838, 0.871, null, 0.844, 0.877, null]);
  assert.ok(texts.includes('200 MB') && texts.includes('40 MB'), 'the key of sizes');
});

test('the discs of the key have the areas of the sizes beside them', () => {
  const figure = bubbles(models, axes);
  const widths = (figure.layout.shapes as { x0: number; x1: number }[]).map(({ x0, x1 }) => x1 - x0);
  const large = (figure.data[0].marker as { size: number[] }).size[2];
  assert.ok(Math.abs((widths[0] / large) ** 2 - 200 / 438) < 1e-9);
  assert.ok(Math.abs((widths[0] / widths[1]) ** 2 - 5) < 1e-9);
});

test('many models, and one with a very long name, are readable', async () => {
  await checkReadable(
    bubbles(
      Array.from({ length: 30 }, (_, index) => ({ ...models[0], name: `model ${index}`, x: 1 + index })),
      axes,
    ),
  );
  await checkReadable(bubbles([{ ...models[0], name: 'a model with a long name '.repeat(8) }], axes));
});

test('the newest model is a dashed circle of its area, and dashed lines go through the baseline', async () => {
  const own = models.map((model) => ({ ...model, xInterval: [model.x - 1, model.x + 1] as const }));
  const figure = bubbles(own, { ...axes, baseline: 'BERT', newest: 'ELECTRA small' });
  await checkReadable(figure);
  const shapes = figure.layout.shapes as { type: string; x0: number; y0: number; line: { dash?: string } }[];
  const dashed = shapes.filter(({ line }) => line.dash === 'dash');
  assert.deepEqual(
    dashed.map(({ type }) => type),
    ['line', 'line'],
  );
  assert.deepEqual([dashed[0].x0, dashed[1].y0], [15, 0.861]);
  const { size, line } = figure.data[0].marker as { size: number[]; line: { width: number[] } };
  assert.deepEqual(line.width, [0, 1.5, 1.5]);
  const [bars, circle] = figure.data.slice(-2);
  assert.deepEqual((bars.x as number[]).slice(-3), [14, 16, null]);
  // On the screen the circle has the diameter of the disc.
  const { range } = figure.layout.xaxis as { range: number[] };
  const [right, left] = [0, 36].map((index) => Math.log10((circle.x as number[])[index]));
  assert.ok(Math.abs((700 * (right - left)) / (range[1] - range[0]) - size[0]) < 1e-6);
  assert.match(
    figure.reading,
    /Horizontal bars are one standard deviation\. Dashed lines go through BERT\. The dashed circle is ELECTRA small\./,
  );
  assert.throws(() => bubbles([{ ...models[0], xInterval: [0, 16] }], axes), InputError);
});

test('no models, and values that a logarithmic axis cannot have, are refused', () => {
  assert.throws(() => bubbles([], axes), InputError);
  assert.throws(() => bubbles([{ ...models[0], x: 0 }], axes), /BERT: 0\.861 at 0/);
  assert.throws(() => bubbles([{ ...models[0], y: Number.NaN }], axes), InputError);
});

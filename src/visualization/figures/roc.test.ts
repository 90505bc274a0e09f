import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byLabel, InputError } from '../../foundation';
import { manyLabels } from '../labels.fixture';
import { checkReadable } from '../rendering/readable.fixture';
import { rocFigure } from './roc';
import { rocOf } from './roc.fixture';

test('each label has its curve, in order of AUC, which the key has', async () => {
  const figure = rocFigure({ poor: rocOf(0.5), 'good <b>&': rocOf(0.25), unknown: null });
  const texts = await checkReadable(figure);
  assert.ok(texts.some((text) => text.includes('good <b>& 0.800 (1,200)')));
  assert.deepEqual(
    figure.data.map(({ name }) => name),
    ['good &lt;b&gt;&amp;', 'poor'],
  );
  const { x, y } = figure.data[1] as unknown as { x: number[]; y: number[] };
  assert.deepEqual([x[0], x.at(-1), y[0], y.at(-1)], [0, 1, 0, 1]);
  assert.ok(x.every((rate, point) => Math.abs(y[point] - rate ** 0.5) < 1e-12));
  assert.equal(figure.title, 'AUC from 0.667 (poor) to 0.800 (good <b>&), each label against the rest');
  assert.match(figure.reading, /No curve, as all texts have it or none: unknown/);
});

test('the corner of good curves is enlarged, and the diagonal is only in the whole', async () => {
  const figure = rocFigure({ one: rocOf(0.02), other: rocOf(0.05) });
  await checkReadable(figure);
  assert.equal(figure.data.length, 4);
  assert.deepEqual((figure.layout.yaxis2 as { range: number[] }).range[0], 0.8);
  assert.equal((figure.layout.shapes as unknown[]).length, 1);
});

test('of 77 labels those with the lowest AUC have colours of their own', async () => {
  const figure = rocFigure(byLabel(manyLabels(77), (_, index) => rocOf(0.2 + index / 100)));
  await checkReadable(figure);
  const colours = figure.data.map(({ line }) => (line as { color: string }).color);
  assert.equal(colours.length, 77);
  assert.equal(new Set(colours.slice(-12)).size, 12);
  assert.equal(new Set(colours.slice(0, -12)).size, 1);
  assert.match(figure.reading, /12 of 77 labels shown: those with the lowest AUC/);
});

test('a curve of a million points is thinned', () => {
  const rate = Float64Array.from({ length: 1e6 }, (_, point) => point / (1e6 - 1));
  const figure = rocFigure({ one: { ...rocOf(0.5), falsePositiveRate: rate, truePositiveRate: rate } });
  assert.ok((figure.data[0].x as number[]).length < 400);
});

test('without a curve nothing is drawn', () => {
  assert.throws(() => rocFigure({}), InputError);
  assert.throws(() => rocFigure({ one: null }), InputError);
});

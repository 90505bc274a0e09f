import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../foundation';
import { LABEL_COLOURS } from '../palette';
import { checkReadable } from '../rendering/readable.fixture';
import { pieWithBars } from './pie-with-bars';

test('the pie has the means with one decimal, and every item is a dot beside its bar', async () => {
  const figure = pieWithBars([
    { 'process <b>&': 0.9, function: 0.1 },
    { 'process <b>&': 0.5, function: 0.5 },
    { 'process <b>&': 0.85, function: 0.15 },
  ]);
  const texts = await checkReadable(figure);
  const [pie, means, dots] = figure.data;
  assert.deepEqual(
    (pie.values as number[]).map((share) => share.toFixed(4)),
    ['0.7500', '0.2500'],
  );
  assert.deepEqual((pie.marker as { colors: string[] }).colors, LABEL_COLOURS.slice(0, 2));
  assert.deepEqual(
    (means.x as number[]).map((share) => share.toFixed(2)),
    ['75.00', '25.00'],
  );
  assert.deepEqual(dots.x, [50, 85, 90]);
  assert.equal(texts.filter((text) => text.includes('75.0 %')).length, 3, 'title, slice and bar');
  // Least to most and quartiles of the first label.
  const lines = figure.layout.shapes as { x0: number; x1: number }[];
  assert.deepEqual([lines[0].x0, lines[0].x1, lines[1].x0, lines[1].x1], [50, 90, 67.5, 87.5]);
});

test('small slices are one, and dots of many items are sampled with the seed', async () => {
  const items = Array.from({ length: 500 }, (_, item) =>
    Object.fromEntries(
      Array.from({ length: 30 }, (__, index) => [`label ${index}`, ((item + index) % 30) / 435]),
    ),
  );
  const figure = pieWithBars(items);
  await checkReadable(figure);
  assert.equal((figure.data[0].values as number[]).length, 5);
  assert.equal((figure.data[2].x as number[]).length, 200);
  assert.deepEqual(figure.data[2].x, pieWithBars(items).data[2].x);
  assert.match(figure.reading, /200 dots per bar, sampled/);
});

test('one item with one label can be drawn; no items and shares outside 0 to 1 are refused', async () => {
  await checkReadable(pieWithBars([{ only: 1 }]));
  assert.throws(() => pieWithBars([]), InputError);
  assert.throws(() => pieWithBars([{ a: 0.9, b: 0.8 }]), /the shares sum to 1\.700/);
  assert.throws(() => pieWithBars([{ a: 1 }, { a: 7 }]), /Number 2 of the sentences: the share of a is 7/);
});

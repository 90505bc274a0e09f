import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../foundation';
import { checkReadable } from '../rendering/readable.fixture';
import { type SurfaceOptions, surface } from './surface';

const options: SurfaceOptions = {
  x: [-2, 2],
  y: [-1, 3],
  levels: { from: 0.1, to: 1000, count: 30 },
  mark: { x: 1, y: 1, name: 'the minimum' },
  title: 'A valley',
};
const circles = (x: number, y: number) => x ** 2 + (y - 1) ** 2;

test('the border of each region is where the function has the value of its level', async () => {
  const figure = surface(circles, options);
  await checkReadable(figure);
  const regions = figure.data.slice(0, -1);
  // From 0.1 to the largest value of 8.
  const step = 4 / 29;
  assert.equal(regions.length, Math.floor((Math.log10(8) + 1) / step) + 1);
  const [xs, ys] = [regions[3].x as (number | null)[], regions[3].y as (number | null)[]];
  const inside = xs.flatMap((x, index) => {
    const y = ys[index];
    return x === null || y === null || Math.abs(x) > 1.99 || y < -0.99 || y > 2.99 ? [] : [circles(x, y)];
  });
  const level = 10 ** (-1 + 3 * step);
  assert.ok(inside.length > 50 && inside.every((value) => Math.abs(value / level - 1) < 0.01));
  assert.match(figure.reading, /The cross is the minimum: 1 at x = 1, y = 1\./);
});

test('a function that has no logarithm is refused', () => {
  assert.throws(() => surface((x) => x, options), InputError);
  assert.throws(() => surface(() => Number.NaN, options), InputError);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../foundation';
import { checkReadable } from '../rendering/readable.fixture';
import { keptWeightsFigure } from './kept-weights';

const wave = (size: number) =>
  Float32Array.from({ length: 5000 }, (_, index) => size * Math.sin(index * 1.7));

test('one panel per method with the same axes, and the share of kept weights that were small', async () => {
  const small = wave(1).map((value, index) => (index % 2 === 0 ? value / 100 : value));
  const figure = keptWeightsFigure([
    {
      method: 'magnitude <b>',
      before: wave(1).filter((value) => Math.abs(value) > 0.5),
      after: wave(1).filter((value) => Math.abs(value) > 0.5),
    },
    { method: 'movement', before: small, after: small },
  ]);
  await checkReadable(figure);
  assert.deepEqual(
    figure.data.map(({ xaxis }) => xaxis),
    ['x', 'x2'],
  );
  const [one, other] = [figure.layout.xaxis, figure.layout.xaxis2] as { range: number[] }[];
  assert.deepEqual(one.range, other.range);
  assert.ok(figure.data.every(({ x }) => (x as number[]).length <= 2500));
  assert.match(
    figure.reading,
    /magnitude <b>: 0 % of the kept weights were small before \(below 0\.1\d*\); movement: 5\d %/,
  );
});

test('no method, and numbers that do not match, are refused', () => {
  assert.throws(() => keptWeightsFigure([]), InputError);
  assert.throws(
    () => keptWeightsFigure([{ method: 'm', before: wave(1), after: wave(1).slice(1) }]),
    /m: 5000 weights before and 4999 after/,
  );
});

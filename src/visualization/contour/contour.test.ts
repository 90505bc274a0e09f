import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../foundation';
import { checkReadable } from '../rendering/readable.fixture';
import { type ContourData, contour } from './contour';
import { resample } from './interpolation';
import { levelsOf } from './levels';

const rates = [5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 3e-4];
const epochs = [1, 2, 4, 8];
const study: ContourData = {
  x: { title: 'learning rate', values: rates, logarithmic: true },
  y: { title: 'epochs', values: epochs },
  values: epochs.map((epoch) =>
    rates.map((rate) => 0.74 - 0.05 * (Math.log10(rate) + 4.3) ** 2 - 0.002 * (epoch - 4) ** 2),
  ),
  quantity: 'F1',
  title: 'F1 by learning rate and epochs',
};

const places = [0, 1, 3, 4];

test('lines of a plane are straight, and where its value is that of the line', () => {
  const values = places.map((y) => places.map((x) => 2 * x + y));
  const levels = levelsOf({ x: places, y: places, values });
  assert.ok(levels.length >= 5);
  for (const { value, lines } of levels.slice(1)) {
    assert.equal(lines.length, 1, 'one line, without the edges of the grid');
    for (const [x, y] of lines[0]) assert.ok(Math.abs(2 * x + y - value) < 0.04, `${x}, ${y}: ${value}`);
  }
});

test('a circle keeps its radius, and its ring is closed', () => {
  const fine = Array.from({ length: 61 }, (_, index) => (index - 30) / 10);
  const values = fine.map((y) => fine.map((x) => -(x * x + y * y)));
  const level = levelsOf({ x: fine, y: fine, values }).find(({ value }) => value === -4)!;
  assert.equal(level.lines.length, 1);
  const [line] = level.lines;
  for (const [x, y] of line) assert.ok(Math.abs(Math.hypot(x, y) - 2) < 0.02);
  assert.deepEqual(line[0], line.at(-1));
});

test('between points values are interpolated, and nothing around a missing one', () => {
  const grid = { x: [0, 1, 3], y: [0, 2], values: [[0, 10, 30] as (number | null)[], [10, 20, null]] };
  // Seven columns are half a unit apart, five rows too.
  const found = resample(grid, 7, 5);
  assert.deepEqual([...found.slice(0, 7)], [0, 5, 10, 15, 20, 25, 30]);
  assert.equal(found[2 * 7 + 1], 10);
  assert.equal(found[2 * 7 + 2], 15, 'the last column with a value beside the missing one');
  assert.ok(Number.isNaN(found[2 * 7 + 3]));
  assert.ok(Number.isNaN(found[4 * 7 + 6]));
  const values = places.map((y) => places.map((x) => (x === 1 && y === 1 ? null : x + y)));
  const inHole = ([x, y]: readonly [number, number]) => x > 0.1 && x < 2.9 && y > 0.1 && y < 2.9;
  for (const { lines } of levelsOf({ x: places, y: places, values }))
    assert.ok(!lines.flat().some(inHole), 'a line in the hole');
});

test('levels are named on their lines, the axes have the measured settings, the reading the best', async () => {
  const figure = contour(study);
  const texts = await checkReadable(figure);
  for (const text of ['5e−6', '3e−4', '8', 'learning rate', 'epochs', '0.70'])
    assert.ok(texts.includes(text), text);
  const points = figure.data.at(-1)!;
  assert.equal((points.x as number[]).length, 24);
  assert.deepEqual((points.marker as { symbol: string[] }).symbol.indexOf('star'), 2 * 6 + 3);
  assert.match(figure.reading, /24 points.*F1 0\.740 at learning rate 5e−5, epochs 4\.$/);
  assert.equal((figure.layout.xaxis as { type: string }).type, 'log');
});

test('missing values, equal values and the smallest grid are drawn', async () => {
  const some = study.values.map((row, up) =>
    row.map((value, across) => (up === 1 && across === 2 ? null : value)),
  );
  const figure = contour({ ...study, values: some });
  await checkReadable(figure);
  assert.match(figure.reading, /23 points/);
  const small = { x: { title: 'a', values: [1, 2] }, y: { title: 'b', values: [1, 2] } };
  const quantity = { quantity: 'loss', title: 'small' };
  await checkReadable(
    contour({
      ...small,
      ...quantity,
      values: [
        [1, 1],
        [1, 1],
      ],
    }),
  );
  await checkReadable(
    contour({
      ...small,
      ...quantity,
      values: [
        [null, 2],
        [null, Number.NaN],
      ],
    }),
  );
});

test('grids that fit no axis are refused', () => {
  const refuses = (change: Partial<ContourData>, pattern: RegExp) =>
    assert.throws(
      () => contour({ ...study, ...change }),
      (error) => error instanceof InputError && pattern.test(error.message),
    );
  refuses(
    { x: { ...study.x, values: [0, ...rates.slice(1)] } },
    /learning rate: 0 has no place on a logarithmic axis/,
  );
  refuses({ y: { ...study.y, values: [1, 2, 2, 8] } }, /epochs: the vertical axis needs .* ascending/);
  refuses({ y: { ...study.y, values: [1] } }, /two or more values/);
  refuses({ values: study.values.slice(1) }, /4 rows of 6/);
  refuses({ values: study.values.map((row) => row.map(() => null)) }, /no value was measured/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../foundation';
import { LABEL_COLOURS } from '../palette';
import { checkReadable } from '../rendering/readable.fixture';
import { boxesByGroup } from './boxes-by-group';

const lines = [
  { value: 100, label: 'cut at 100' },
  { value: 512, label: '512, longest input' },
];

test('box, whiskers and outliers are those of Tukey', async () => {
  // Quartiles 2, 3, 4 as in NumPy; 4 + 1.5 * 2 = 7.
  const figure = boxesByGroup(
    [{ name: 'one', values: { words: [5, 1, 40, 8, 1, 2, 3, 4, 2, 3, 4, 3, 2, 4, 3] } }],
    {
      labels: ['zero', 'one'],
    },
  );
  await checkReadable(figure);
  const shapes = figure.layout.shapes as { type: string; x0: number; x1: number; line: { color: string } }[];
  const rectangle = shapes.find(({ type }) => type === 'rect')!;
  assert.deepEqual([rectangle.x0, rectangle.x1], [2, 4]);
  assert.equal(rectangle.line.color, LABEL_COLOURS[1]);
  const ends = shapes.filter(({ type }) => type === 'line').flatMap(({ x0, x1 }) => [x0, x1]);
  assert.deepEqual([Math.min(...ends), Math.max(...ends)], [1, 5]);
  assert.deepEqual(figure.data[0].x, [8, 40]);
  assert.equal(figure.title, 'Words: median 3');
});

test('several measures are panels, lines are in each, and the reading has the shares beyond them', async () => {
  const words = Array.from({ length: 200 }, (_, index) => index + 1);
  const figure = boxesByGroup(
    ['process <b>&', 'a group with a very long name that has to be cut somewhere'].map((name) => ({
      name,
      values: { 'length (words)': words, 'length (sub-words)': words.map((length) => 2 * length) },
    })),
    { items: 'definitions', lines },
  );
  await checkReadable(figure);
  const marked = (figure.layout.shapes as { x0: number; line: { dash?: string } }[]).filter(
    ({ line }) => line.dash,
  );
  assert.deepEqual(
    marked.map(({ x0 }) => x0),
    [100, 512, 100, 512],
  );
  assert.match(
    figure.reading,
    /Above 100: 50 % of the definitions in length \(words\) and 75 % of the definitions in/,
  );
  assert.match(figure.reading, /None of the definitions is above 512/);
});

test('many outliers are sampled with the seed', () => {
  const values = [
    ...new Array<number>(9000).fill(1),
    ...Array.from({ length: 900 }, (_, index) => index + 10),
  ];
  const draw = (seed: number) => boxesByGroup([{ name: 'one', values: { words: values } }], { seed });
  const [one, same, other] = [draw(1), draw(1), draw(2)];
  assert.equal((one.data[0].x as number[]).length, 200);
  assert.deepEqual(one.data[0].x, same.data[0].x);
  assert.notDeepEqual(one.data[0].x, other.data[0].x);
  assert.match(one.reading, /at most 200 per box, sampled/);
});

test('lines close together have labels side by side; a group without values has no box', async () => {
  const close = [100, 101, 102].map((value) => ({ value, label: `line at ${value}` }));
  const figure = boxesByGroup(
    [
      { name: 'one', values: { words: [90] } },
      { name: 'empty', values: { words: [] } },
    ],
    { lines: close },
  );
  await checkReadable(figure);
  assert.equal((figure.layout.shapes as { type: string }[]).filter(({ type }) => type === 'rect').length, 1);
});

test('no values, and values that are not numbers, are refused', () => {
  assert.throws(() => boxesByGroup([]), InputError);
  assert.throws(() => boxesByGroup([{ name: 'one', values: {} }]), InputError);
  assert.throws(
    () => boxesByGroup([{ name: 'one', values: { words: [1, Number.NaN] } }]),
    /one, words: a value is not/,
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../foundation';
import { LABEL_COLOURS } from '../palette';
import { checkReadable } from '../rendering/readable.fixture';
import { groupedBars } from './grouped-bars';
import { rankedBars } from './ranked-bars';
import { signedBars } from './signed-bars';
import { stackedBars } from './stacked-bars';

const long = 'Catalysis of <b>the</b> transfer & the hydrolysis of a very long substrate, '.repeat(5);

test('stacked bars: one part per label, values where there is room, texts in order and cut', async () => {
  const figure = stackedBars([
    { text: long, values: { process: 0.8, function: 0.195, component: 0.005 } },
    { text: 'Short.', values: { process: 0.3, function: 0.4, component: 0.3 }, note: 'unsure' },
  ]);
  const texts = await checkReadable(figure);
  assert.deepEqual(
    figure.data.map(({ x }) => x),
    [
      [0.8, 0.3],
      [0.195, 0.4],
      [0.005, 0.3],
    ],
  );
  assert.deepEqual(
    figure.data.map(({ text }) => (text as string[])[0]),
    ['0.80', '0.20', ''],
  );
  assert.ok(texts.some((text) => /^■ Catalysis of <b>the<\/b> .*…$/.test(text)));
  assert.ok(texts.includes('unsure'));
  const marks = figure.layout.annotations!.filter(({ yref }) => yref === 'y').map(({ text }) => String(text));
  assert.ok(marks[1].includes(LABEL_COLOURS[1]), 'the second text is most probably of the second label');
  assert.equal(figure.title, 'process has the largest share in 1 of 2 sentences');
});

test('stacked bars: of many items the first are drawn, of many labels the smallest are one part', async () => {
  const values = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [`label ${index}`, (index + 1) / 820]),
  );
  const figure = stackedBars(
    Array.from({ length: 200 }, (_, index) => ({ text: `Sentence ${index}.`, values })),
  );
  await checkReadable(figure);
  assert.equal(figure.data.length, 13);
  const sum = figure.data.reduce((total, { x }) => total + (x as number[])[0], 0);
  assert.ok(Math.abs(sum - 1) < 1e-9);
  assert.match(figure.reading, /The first 60 of 200 are drawn\. 12 of 40 labels shown/);
});

test('grouped bars: one bar per series and label, unknown values have none', async () => {
  const figure = groupedBars(
    [
      { name: 'train', values: { process: 16749, 'function <i>&': 8464 } },
      { name: 'test', values: { process: 2094, 'function <i>&': null } },
    ],
    { unit: 'texts' },
  );
  const texts = await checkReadable(figure);
  assert.deepEqual(figure.data[1].x, [2094, null]);
  for (const text of ['16,749', '2,094', 'function <i>&']) assert.ok(texts.includes(text), text);
  assert.equal(figure.title, 'Texts: most for process (18,843), fewest for function <i>& (8,464)');
});

test('ranked bars: the most frequent at the top of each panel, at most as many as asked', async () => {
  const figure = rankedBars(
    [
      {
        label: 'function',
        counts: [
          { name: 'Binding to', count: 1464 },
          { name: 'Catalysis of', count: 7330 },
          { name: 'rare', count: 1 },
        ],
      },
      { label: 'process', counts: [{ name: `<b>Any</b> ${long}`, count: 6642 }] },
      { label: 'empty', counts: [] },
    ],
    { items: 'openings', most: 2, labels: ['process', 'function', 'empty'] },
  );
  const texts = await checkReadable(figure);
  assert.deepEqual(figure.data[0].x, [7330, 1464]);
  assert.equal((figure.data[0].marker as { color: string }).color, LABEL_COLOURS[1]);
  assert.ok(texts.includes('7,330') && !texts.includes('rare'));
  assert.equal(figure.title, 'Most frequent openings: “Catalysis of” leads with 7,330 texts of function');
});

test('signed bars: words in order, falls to the left and rises to the right', async () => {
  const figure = signedBars(
    [
      { word: 'Catalysis', change: -0.41 },
      { word: '<b>of</b>', change: 0.02 },
      { word: 'of', change: 0 },
    ],
    { label: 'function', probability: 0.97 },
  );
  const texts = await checkReadable(figure);
  assert.deepEqual(figure.data[0].x, [-0.41, 0.02, 0]);
  for (const text of ['−0.41', '+0.02', '0.00', '<b>of</b>']) assert.ok(texts.includes(text), text);
  assert.equal(figure.title, 'Without “Catalysis”, the probability of function falls from 0.97 to 0.56');
});

test('signed bars: small changes have more decimals', async () => {
  const words = ['a', 'b', 'c'].map((word, index) => ({ word, change: [-0.0312, 0.0004, 0][index] }));
  const texts = await checkReadable(signedBars(words, { label: 'function', probability: 0.9 }));
  for (const text of ['−0.031', '0.000']) assert.ok(texts.includes(text), text);
  const smaller = words.map(({ word, change }) => ({ word, change: change / 10 }));
  const figure = signedBars(smaller, { label: 'function', probability: 0.9 });
  assert.ok((await checkReadable(figure)).includes('−0.0031'));
  assert.equal(figure.title, 'No single word changes the probability of function (0.90) by half a point');
});

test('signed bars: a long text is set in columns, and the smallest of very many changes are left out', async () => {
  const words = Array.from({ length: 300 }, (_, index) => ({ word: `word${index}`, change: -index / 400 }));
  const figure = signedBars(words, { label: 'function', probability: 0.9 });
  await checkReadable(figure);
  assert.equal(figure.data.length, 4);
  assert.equal((figure.data[0].x as number[])[0], -180 / 400);
  assert.match(figure.reading, /120 of 300 words shown: those with the largest changes/);
});

test('empty and impossible input is refused', () => {
  assert.throws(() => stackedBars([]), InputError);
  assert.throws(
    () => stackedBars([{ text: 'A.', values: { process: -1 } }]),
    /A\.: the value of process is -1/,
  );
  assert.throws(() => groupedBars([], { unit: 'texts' }), InputError);
  assert.throws(
    () => groupedBars([{ name: 'train', values: { a: Number.NaN } }], { unit: 'texts' }),
    InputError,
  );
  assert.throws(() => rankedBars([{ label: 'a', counts: [] }], { items: 'words' }), InputError);
  assert.throws(
    () => rankedBars([{ label: 'a', counts: [{ name: 'b', count: -1 }] }], { items: 'words' }),
    InputError,
  );
  assert.throws(() => signedBars([], { label: 'a', probability: 0.5 }), InputError);
  assert.throws(
    () => signedBars([{ word: 'b', change: 0.6 }], { label: 'a', probability: 0.5 }),
    /out of 0 to 1/,
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../foundation';
import { checkReadable } from '../rendering/readable.fixture';
import { histogramWithCut } from './length-cut';

test('the title has the share of texts and of sub-words lost; a text as long as the cut loses nothing', async () => {
  const figure = histogramWithCut(
    [
      { name: 'train <b>&', lengths: [64, 64, 80, 192] },
      { name: 'test', lengths: [100] },
    ],
    { longestInput: 64 },
  );
  await checkReadable(figure);
  // 3 of 5 texts, and 16 + 128 + 36 of 500 sub-words.
  assert.equal(
    figure.title,
    'A cut at 64 sub-words shortens 60 % of the texts and loses 36 % of the sub-words',
  );
  assert.deepEqual(
    (figure.layout.shapes as { x0: number }[]).map(({ x0 }) => x0),
    [64.5, 64.5],
  );
});

test('only all texts are 100 %', () => {
  const lengths = [...new Array<number>(299).fill(70), 10];
  assert.match(
    histogramWithCut([{ name: 'all', lengths }], { longestInput: 64 }).title,
    /shortens 99\.7 % of/,
  );
});

test('a cut beyond all texts loses nothing', async () => {
  const figure = histogramWithCut([{ name: 'train', lengths: [3, 9] }], { longestInput: 512 });
  await checkReadable(figure);
  assert.equal(figure.title, 'A cut at 512 sub-words loses nothing');
});

test('no lengths, and a cut at nothing, are refused', () => {
  assert.throws(() => histogramWithCut([], { longestInput: 64 }), InputError);
  assert.throws(() => histogramWithCut([{ name: 'train', lengths: [] }], { longestInput: 64 }), InputError);
  assert.throws(() => histogramWithCut([{ name: 'train', lengths: [1] }], { longestInput: 0 }), InputError);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LABEL_COLOURS, NEUTRAL } from '../palette';
import { sentenceLengths } from './sentence-lengths';

const total = (values: unknown) => (values as number[]).reduce((sum, value) => sum + value, 0);

test('every item is in exactly one bin, whatever the lengths', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.nat({ max: 2000 }), { maxLength: 60 }), { minLength: 1, maxLength: 4 }),
      fc.option(fc.integer({ min: 1, max: 512 }), { nil: undefined }),
      (series, longestInput) => {
        const { data } = sentenceLengths(
          series.map((lengths, index) => ({ name: `series ${index}`, lengths })),
          { unit: 'words', longestInput },
        );
        data.forEach((trace, index) => {
          assert.equal(total(trace.customdata), series[index].length);
          if (series[index].length) assert.ok(Math.abs(total(trace.y) - 100) < 1e-9);
          assert.ok((trace.x as number[]).length <= 41);
        });
      },
    ),
    { seed: 1 },
  );
});

test('lengths are counted in the bin whose range holds them', () => {
  const { data } = sentenceLengths([{ name: 'train', lengths: [1, 2, 2, 5] }], { unit: 'words' });
  assert.deepEqual(data[0].x, [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(data[0].customdata, [0, 1, 2, 0, 0, 1]);
  assert.deepEqual(data[0].y, [0, 25, 50, 0, 0, 25]);
});

test('the longest input is marked and longer items are counted; equal is not longer', () => {
  const lengths = Array.from({ length: 100 }, (_, index) => index + 1);
  const { layout, reading } = sentenceLengths([{ name: 'train', lengths }], {
    unit: 'tokens',
    longestInput: 80,
  });
  assert.deepEqual(
    (layout.shapes as { x0: number }[]).map(({ x0 }) => x0),
    [80.5],
  );
  assert.match(reading, /80 tokens at once \(dashed line\): 20 % of the sentences are longer/);
  assert.match(reading, /Half of the sentences have at most 50 tokens, 95 % at most 95/);
});

test('a limit far from all lengths is mentioned but not drawn', () => {
  const { layout, reading } = sentenceLengths([{ name: 'train', lengths: [3, 9] }], {
    unit: 'tokens',
    longestInput: 512,
  });
  assert.deepEqual(layout.shapes, []);
  assert.doesNotMatch(reading, /dashed/);
});

test('rare long items are collected in the last bin', () => {
  const lengths = [...new Array<number>(999).fill(10), 5000];
  const { data, reading } = sentenceLengths([{ name: 'train', lengths }], { unit: 'words' });
  assert.equal((data[0].customdata as number[]).length, 11);
  assert.equal((data[0].customdata as number[]).at(-1), 1000);
  assert.match(reading, /last bar contains all of 10 or more words/);
});

test("a series named like a label has the label's colour", () => {
  const { data } = sentenceLengths(
    ['Cell', 'train'].map((name) => ({ name, lengths: [1, 2] })),
    { unit: 'words', items: 'mentions', labels: ['Gene Mutations', 'Cell'] },
  );
  assert.deepEqual(
    data.map(({ marker }) => marker),
    [{ color: LABEL_COLOURS[1] }, { color: NEUTRAL }],
  );
});

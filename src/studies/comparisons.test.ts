import assert from 'node:assert/strict';
import test from 'node:test';
import { holm, mcnemarTest } from '../evaluation';
import { comparisonRows, followedOpenings, type Judged } from './comparisons';

/** Answers to texts with the labels a and b in turn; those named are wrong. */
const judged = (name: string, texts: number, isWrong: (text: number) => boolean): Judged => ({
  name,
  report: {
    answers: Array.from({ length: texts }, (_, text) => {
      const [gold, other] = text % 2 ? ['a', 'b'] : ['b', 'a'];
      return { gold: [gold], given: [isWrong(text) ? other : gold], ranked: [] };
    }),
  },
});

test('each row has the difference, the exact p of its pair, corrected over all rows, and a judgement', () => {
  const perfect = judged('perfect', 200, () => false);
  const weak = judged('weak', 200, (text) => text < 30);
  const near = judged('near', 200, (text) => text < 33);
  const rows = comparisonRows(
    [
      [weak, perfect],
      [weak, near],
    ],
    1,
  );
  const pOf = (one: number, other: number) =>
    mcnemarTest(
      Array.from({ length: 200 }, (_, text) => text >= one),
      Array.from({ length: 200 }, (_, text) => text >= other),
    ).p;
  const corrected = holm([pOf(30, 0), pOf(30, 33)]);
  assert.match(
    String(rows[0]['first minus second (points), 95% interval']),
    /^-15\.0 \(-\d+\.\d to -\d+\.\d\)$/,
  );
  assert.deepEqual(
    rows.map((row) => [
      row.first,
      row['right in the first alone (texts)'],
      row['in the second alone (texts)'],
      row.better,
    ]),
    [
      ['weak', 0, 30, 'perfect'],
      ['weak', 3, 0, 'not significant'],
    ],
  );
  assert.deepEqual(
    rows.map((row) => row['p (McNemar, Holm)']),
    ['< 0.0001', corrected[1]!.toFixed(4)],
  );
});

test('answers with the label of the borrowed opening are counted', () => {
  const { report } = judged('one', 4, (text) => text === 0);
  // Given: a, a, b, a.
  const borrowed = ['a', 'b', 'a', 'b'].map((openingLabel) => ({ openingLabel }));
  assert.match(followedOpenings(report, borrowed), /^25\.0 \(/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LabelledText } from '../../foundation';
import { labelled } from '../baselines/baseline.fixture';
import { openingOf } from '../opening';
import { leaveOneWordOut } from './leave-one-word-out';
import { commonOpenings, swapOpenings, withoutFirstWords } from './opening-probe';

test('the first words are taken off; a text with fewer is left empty', () => {
  assert.equal(withoutFirstWords('  Any process\tthat  starts. ', 2), 'that  starts. ');
  assert.equal(withoutFirstWords(' as it is', 0), 'as it is');
  assert.equal(withoutFirstWords('Any process', 2), '');
  assert.equal(withoutFirstWords('', 1), '');
  assert.equal(openingOf('  Any process\tthat', 2), 'Any process');
  assert.equal(openingOf('Any', 2), 'Any');
});

test('each text begins with an opening of another label, and keeps its own rest and label', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 20 }),
      fc.integer(),
      (labels, seed) => {
        const all = [...labels, 'a', 'b'];
        const texts = labelled(all.map((label, index) => [`${label} opens rest ${index}`, label]));
        const swapped = swapOpenings(texts, 2, seed);
        swapped.forEach(({ text, labels: [label], openingLabel }, index) => {
          const [opening, opens, ...rest] = text.split(' ');
          assert.ok(all.includes(opening) && opening !== label && opens === 'opens');
          assert.equal(openingLabel, opening);
          assert.deepEqual([label, rest], [all[index], ['rest', `${index}`]]);
        });
        assert.deepEqual(swapOpenings(texts, 2, seed), swapped);
      },
    ),
    { seed: 4, numRuns: 100 },
  );
});

test('all texts of other labels can give their opening', () => {
  const texts = labelled(['a1 a', 'b1 b', 'a2 a', 'c1 c', 'b2 b'].map((text) => [text, text[0]]));
  const drawn = texts.map(() => new Set<string>());
  for (let seed = 0; seed < 100; seed++)
    swapOpenings(texts, 1, seed).forEach(({ text }, index) => {
      drawn[index].add(text.slice(0, 2));
    });
  const expected = [
    ['b1', 'b2', 'c1'],
    ['a1', 'a2', 'c1'],
    ['b1', 'b2', 'c1'],
    ['a1', 'a2', 'b1', 'b2'],
  ];
  assert.deepEqual(
    drawn.slice(0, 4).map((set) => [...set].sort()),
    expected,
  );
});

test('openings cannot be exchanged within one label, or between lists of labels', () => {
  assert.throws(() => swapOpenings(labelled([['one two', 'a']]), 1, 1), /all texts have the label "a"/);
  const several: LabelledText = { text: 'one', labels: [], several: true };
  assert.throws(() => swapOpenings([several], 1, 1), /one label each/);
});

test('openings are counted exactly, by label', () => {
  const texts = labelled([
    ['Binding to DNA', 'function'],
    ['Any process', 'process'],
    ['Binding  to a cell', 'function'],
    ['Binding of it', 'function'],
    ['Binding', 'function'],
    ['binding to', 'process'],
  ]);
  assert.deepEqual(commonOpenings(texts, 2, 2), {
    function: [
      { opening: 'Binding to', texts: 2 },
      { opening: 'Binding of', texts: 1 },
    ],
    process: [
      { opening: 'Any process', texts: 1 },
      { opening: 'binding to', texts: 1 },
    ],
  });
});

test('the drop of each word is that of the probability of the winner', async () => {
  const read: string[] = [];
  // The probability of "up" grows with the number of its letters u and p.
  const classify = (texts: readonly string[]) => {
    read.push(...texts);
    return texts.map((text) => {
      const score = text.replace(/[^up]/g, '').length / 8;
      const ranked = [
        { label: 'up', score },
        { label: 'down', score: 1 - score },
      ];
      return ranked.sort((one, other) => other.score - one.score);
    });
  };
  const text = 'Up, (pup) no upp!';
  const { label, probability, words } = await leaveOneWordOut(text, classify);
  assert.deepEqual([label, probability], ['up', 7 / 8]);
  assert.deepEqual(read, [text, ', (pup) no upp!', 'Up, () no upp!', 'Up, (pup) upp!', 'Up, (pup) no !']);
  assert.deepEqual(
    words.map(({ start, end, drop }) => [text.slice(start, end), drop]),
    [
      ['Up', 1 / 8],
      ['pup', 3 / 8],
      ['no', 0],
      ['upp', 3 / 8],
    ],
  );
  const alone = await leaveOneWordOut('uuppuupp', classify);
  assert.deepEqual(alone.words, [{ start: 0, end: 8, drop: 1 }]);
  assert.deepEqual((await leaveOneWordOut(' ', classify)).words, []);
});

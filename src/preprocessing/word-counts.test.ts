import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../foundation';
import { isCollocation, likelihoodRatio, type PairCounts } from './collocations';
import { ENGLISH_STOP_WORDS } from './stop-words';
import { countWords, topWords } from './word-counts';

test("likelihood ratios equal those of Python's wordcloud", () => {
  const path = join(projectRoot, 'src', 'preprocessing', 'fixtures', 'collocations.json');
  const cases = JSON.parse(readFileSync(path, 'utf8')) as (PairCounts & { ratio: number })[];
  assert.equal(cases.length, 44);
  for (const { ratio, ...counts } of cases) {
    const found = likelihoodRatio(counts);
    assert.ok(Math.abs(found - ratio) <= 1e-6 * Math.max(1, Math.abs(ratio)), `${found} for ${ratio}`);
  }
});

test('words that avoid each other are no collocation, however unlikely', () => {
  const counts = { pair: 1, first: 400, second: 500, words: 1000 };
  assert.ok(likelihoodRatio(counts) > 30);
  assert.equal(isCollocation(counts), false);
});

test('stop words, numbers, single letters and possessive endings are not counted', () => {
  assert.equal(ENGLISH_STOP_WORDS.size, 174);
  assert.deepEqual(countWords(["It's the cell's 2 cells; that’s X, IL2 (don't) naïve."]), [
    { word: 'cell', count: 1 },
    { word: 'cells', count: 1 },
    { word: 'IL2', count: 1 },
    { word: 'naïve', count: 1 },
  ]);
  assert.deepEqual(countWords([]), []);
  assert.deepEqual(countWords(['Binding of DNA'], { stopWords: new Set(['binding', 'of']) }), [
    { word: 'DNA', count: 1 },
  ]);
});

test('a word has its most frequent spelling', () => {
  assert.deepEqual(countWords(['Dna. DNA. dna. DNA']), [{ word: 'DNA', count: 4 }]);
});

// Each pair of syllables below is one filler word, and no two stand side by side.
const fillers = Array.from(
  { length: 400 },
  (_, index) => `${'abcdefghijklmnopqrst'[index % 20]}o${'abcdefghijklmnopqrst'[Math.floor(index / 20)]}u`,
);

test('a frequent pair counts as one word, and its words count where they stand alone', () => {
  const texts = [
    ...Array.from({ length: 12 }, () => 'a chemical reaction.'),
    ...Array.from({ length: 3 }, () => 'a reaction. The chemical, reaction of chemical and reaction'),
    ...fillers,
  ];
  const counts = new Map(countWords(texts).map(({ word, count }) => [word, count]));
  assert.equal(counts.get('chemical reaction'), 12, 'neither a comma nor a stop word joins a pair');
  assert.equal(counts.get('reaction'), 9);
  assert.equal(counts.get('chemical'), 6);
});

test('every occurrence is counted once where pairs overlap', () => {
  const texts = [
    ...Array.from({ length: 20 }, () => 'amino acid transport'),
    ...Array.from({ length: 10 }, () => 'acid transport'),
    ...fillers,
  ];
  const counts = countWords(texts);
  const occurrences = counts.reduce((sum, { word, count }) => sum + count * word.split(' ').length, 0);
  assert.equal(occurrences, 20 * 3 + 10 * 2 + fillers.length);
  // "acid transport" (30 of 30) is more certain than "amino acid" (20 of 30).
  assert.deepEqual(counts.slice(0, 2), [
    { word: 'acid transport', count: 30 },
    { word: 'amino', count: 20 },
  ]);
});

test('top words: exact counts of single words by label', () => {
  const found = topWords(
    { one: ['Catalysis of the reaction', 'catalysis. Catalysis'], two: [], three: ['b cc, dd ee dd'] },
    2,
  );
  assert.deepEqual(found, {
    one: [
      { word: 'Catalysis', count: 3 },
      { word: 'reaction', count: 1 },
    ],
    two: [],
    three: [
      { word: 'dd', count: 2 },
      { word: 'cc', count: 1 },
    ],
  });
});

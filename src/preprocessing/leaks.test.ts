import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../foundation';
import { findLeaks, type Leak } from './leaks';
import type { Part } from './splitting';
import { NEAR_IDENTICAL } from './twin-index';

const parts = (train: string[], dev: string[], test: string[]): Record<Part, { text: string }[]> => ({
  train: train.map((text) => ({ text })),
  dev: dev.map((text) => ({ text })),
  test: test.map((text) => ({ text })),
});

const long =
  'The cells were washed twice with buffer and lysed in the same volume of ice cold water for ten minutes';

test('sentences that also occur in a later part are found, ignoring case and white space', () => {
  const leaks = findLeaks(
    parts(['Same  one.', 'only train'], ['Shared.', 'only dev'], ['same one.', 'Shared.', 'x']),
  );
  assert.deepEqual(leaks, [
    { part: 'dev', text: 'Shared.', twinPart: 'test', twin: 'Shared.', similarity: 1 },
    { part: 'train', text: 'Same  one.', twinPart: 'test', twin: 'same one.', similarity: 1 },
  ]);
});

test('a word changed in a long sentence is near-identical, in a short one it is not; a part may repeat itself', () => {
  const changed = long.replace('ten', 'five');
  const [leak] = findLeaks(parts([changed, changed], [], [long]));
  assert.equal(leak.twin, long);
  assert.ok(leak.similarity >= NEAR_IDENTICAL && leak.similarity < 1);
  assert.deepEqual(findLeaks(parts(['Cells were washed.'], ['Cells were lysed.'], [])), []);
  assert.deepEqual(findLeaks(parts([long, long], [], [])), []);
});

test('pairwise comparison finds the same sentences', () => {
  const sentence = fc
    .array(fc.constantFrom('cell', 'line', 'of', 'the', 'mouse', 'in', 'vitro'), {
      minLength: 1,
      maxLength: 12,
    })
    .map((words) => words.join(' '));
  const sentences = fc.array(sentence, { maxLength: 12 });
  fc.assert(
    fc.property(sentences, sentences, sentences, (train, dev, test) => {
      const found = findLeaks(parts(train, dev, test)).map(({ part, text, similarity }: Leak) => [
        part,
        text,
        similarity,
      ]);
      const expected = [
        ...dev.map((text) => ['dev', text, mostAlike(text, test)]),
        ...train.map((text) => ['train', text, mostAlike(text, [...dev, ...test])]),
      ].filter(([, , similarity]) => (similarity as number) >= NEAR_IDENTICAL);
      assert.deepEqual(found.map(String).sort(), expected.map(String).sort());
    }),
    { numRuns: 400, seed: 1 },
  );
});

test('thousands of sentences with one pattern are compared quickly, and all are found', () => {
  const patterns: ((number: number) => string)[] = [
    (number) => long.replace('ten', String(number)),
    (number) => `${long} ${number}`,
    (number) => long.replace('twice', `${number % 90} ${number % 77}`),
  ];
  const start = performance.now();
  for (const pattern of patterns) {
    const sentences = (first: number, count: number) =>
      Array.from({ length: count }, (_, index) => pattern(first + index));
    const train = sentences(0, 14_000);
    const leaks = findLeaks(parts(train, sentences(20_000, 3_000), sentences(30_000, 3_000)));
    assert.equal(leaks.filter(({ part }) => part === 'train').length, train.length);
  }
  assert.ok(performance.now() - start < 20_000);
});

test('equal sentences are always found, even among sentences of the same few words', () => {
  const words = ['cell', 'line', 'of', 'the', 'mouse', 'in', 'vitro'];
  const random = createRandom(1);
  const sentence = () => Array.from({ length: 12 }, () => words[random.below(words.length)]).join(' ');
  const test = Array.from({ length: 4_000 }, sentence);
  const train = [...Array.from({ length: 4_000 }, sentence), ...test];
  const equal = findLeaks(parts(train, [], test)).filter(({ similarity }) => similarity === 1);
  assert.ok(equal.length >= test.length);
});

function mostAlike(text: string, others: readonly string[]): number {
  const own = bigrams(text);
  return Math.max(
    0,
    ...others.map((other) => {
      const theirs = bigrams(other);
      const shared = [...own].filter((bigram) => theirs.has(bigram)).length;
      return shared / (own.size + theirs.size - shared);
    }),
  );
}

function bigrams(text: string): Set<string> {
  const words = ['^', ...text.split(' '), '$'];
  return new Set(words.slice(1).map((word, index) => `${words[index]} ${word}`));
}

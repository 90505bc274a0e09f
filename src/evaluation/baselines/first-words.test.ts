import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scoreBaseline } from './baseline';
import { labelled } from './baseline.fixture';
import { trainFirstWords } from './first-words';
import { trainMajority } from './majority';

const train = labelled([
  ['Binding to a protein', 'function'],
  ['Binding  to DNA', 'function'],
  ['binding of cells', 'process'],
  ['Any process', 'process'],
  ['', 'component'],
]);
const SHARES = [2 / 5, 2 / 5, 1 / 5];

function assertProbabilities(scores: Float32Array, expected: readonly number[]): void {
  assert.equal(scores.length, expected.length);
  expected.forEach((probability, label) => {
    assert.ok(
      Math.abs(Math.exp(scores[label]) - probability) < 1e-6,
      `${Math.exp(scores[label])}, not ${probability}`,
    );
  });
}

test('the majority baseline gives every text the shares of the labels', () => {
  const { labels, score } = trainMajority(train);
  assert.deepEqual(labels, ['function', 'process', 'component']);
  for (const scores of score(['anything', ''])) assertProbabilities(scores, SHARES);
  const { accuracy, macroF1 } = scoreBaseline({ labels, score }, train);
  assert.equal(accuracy, 2 / 5);
  // F1 of the first label is 2 * 2 / (5 + 2), that of the two others 0.
  assert.ok(Math.abs(macroF1 - 4 / 7 / 3) < 1e-12);
});

test('openings back off to shorter ones, by hand', () => {
  const { score } = trainFirstWords(train);
  const binding = [(2 + 2 / 5) / 4, (1 + 2 / 5) / 4, 1 / 5 / 4];
  const bindingTo = [(2 + binding[0]) / 3, binding[1] / 3, binding[2] / 3];
  const [known, shorter, unseen, empty, one] = score([
    'BINDING to it',
    'binding at',
    'to be',
    ' ',
    'binding',
  ]);
  assertProbabilities(known, bindingTo);
  assertProbabilities(shorter, binding);
  assertProbabilities(unseen, SHARES);
  assertProbabilities(empty, SHARES);
  assertProbabilities(one, binding);
  assertProbabilities(trainFirstWords(train, { words: 1 }).score(['Binding to'])[0], binding);
});

test('no texts, and texts with several labels, are refused', () => {
  assert.throws(() => trainMajority([]), /at least one text/);
  const several = [{ text: 'one', labels: ['a', 'b'], several: true }];
  assert.throws(() => trainFirstWords(several), /lists of labels/);
  assert.throws(() => scoreBaseline(trainMajority(train), several), /lists of labels/);
});

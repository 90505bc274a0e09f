import assert from 'node:assert/strict';
import test from 'node:test';
import { tinyClassifier } from '../nn/tiny-classifier.fixture';
import { classifySentences, leastEvidence } from './classify-sentences';

const TEXT = 'My card is lost. It never came back!\n\nWhere is it?';

test('each sentence has its place, its probabilities and its doubt; means are over sentences and over tokens', async (t) => {
  const folder = tinyClassifier(t, { labels: ['a', 'b', 'c'] });
  const { sentences, means, weightedMeans } = await classifySentences(folder, TEXT, { leastProbability: 0 });
  assert.deepEqual(
    sentences.map(({ start, end }) => TEXT.slice(start, end)),
    ['My card is lost.', 'It never came back!', 'Where is it?'],
  );
  const total = sentences.reduce((sum, { tokens }) => sum + tokens, 0);
  for (const label of ['a', 'b', 'c']) {
    const scores = sentences.map(({ ranked }) => ranked.find((one) => one.label === label)!.score);
    const plain = scores.reduce((sum, score) => sum + score, 0) / 3;
    const weighted = scores.reduce((sum, score, index) => sum + (score * sentences[index].tokens) / total, 0);
    assert.ok(Math.abs(means[label] - plain) < 1e-9 && Math.abs(weightedMeans[label] - weighted) < 1e-9);
  }
  assert.deepEqual([...new Set(sentences.map(({ unsure }) => unsure))], [null]);
  const strict = await classifySentences(folder, TEXT, { leastProbability: 0.999 });
  assert.equal(strict.sentences[0].unsure, 'no label is probable');
});

test('evidence below that of almost all known texts makes a sentence unsure', async (t) => {
  const folder = tinyClassifier(t, { labels: ['a', 'b', 'c'] });
  const known = ['My card is lost.', 'It never came back!', 'Where is it?'];
  const least = await leastEvidence(folder, known, 0);
  const highest = await leastEvidence(folder, known, 0.999);
  assert.ok(least < highest);
  const unsure = async (leastEvidence: number) =>
    (await classifySentences(folder, TEXT, { leastProbability: 0, leastEvidence })).sentences.filter(
      (sentence) => sentence.unsure === 'unlike the training texts',
    ).length;
  assert.deepEqual([await unsure(least), await unsure(highest), await unsure(highest + 1)], [0, 2, 3]);
});

test('white space has no sentences and means of 0', async (t) => {
  const folder = tinyClassifier(t, { labels: ['a', 'b', 'c'] });
  const empty = await classifySentences(folder, ' \n ', { leastProbability: 0.6 });
  assert.deepEqual(empty, {
    sentences: [],
    means: { a: 0, b: 0, c: 0 },
    weightedMeans: { a: 0, b: 0, c: 0 },
  });
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { trainTfidf, wilsonInterval } from '../evaluation';
import {
  accuracyCurves,
  accuracyText,
  epochRows,
  meanRows,
  sentenceRows,
  tellingBars,
  trialRows,
  withInterval,
  wordChanges,
} from './tables';
import type { FinishedTrial } from './trials';

const finished = (trainingTexts: number, accuracy: number): FinishedTrial =>
  ({
    trial: { name: `${trainingTexts} texts` },
    trainingTexts,
    trainingSeconds: 3,
    steps: [
      { kind: 'step', epoch: 1, loss: 4, tokens: 100, tokensPerSecond: 50 },
      { kind: 'step', epoch: 1, loss: 2, tokens: 100, tokensPerSecond: 100 },
      { kind: 'step', epoch: 2, loss: 1, tokens: 100, tokensPerSecond: 25 },
    ],
    evaluations: [
      { kind: 'evaluation', epoch: 1, loss: 0.5, score: 0.6, accuracy: 0.7 },
      { kind: 'evaluation', epoch: 2, loss: 0.4, score: 0.8, accuracy: 0.9 },
    ],
    bestEpoch: 2,
    test: {
      ...{ accuracy, macroF1: 0.5, texts: 200, loss: 0.45 },
      answers: [
        { gold: ['a'], given: ['a'], ranked: [{ label: 'a', score: 0.5 }] },
        {
          gold: ['b'],
          given: ['a'],
          ranked: [
            { label: 'a', score: 0.75 },
            { label: 'b', score: 0.25 },
          ],
        },
      ],
    },
  }) as unknown as FinishedTrial;

test('shares and intervals are in percent', () => {
  assert.equal(withInterval(-0.0314, [-0.05, 0.0104]), '-3.1 (-5.0 to 1.0)');
  assert.equal(withInterval(0.5, null), '50.0');
  const [low, high] = wilsonInterval(3, 4)!.map((share) => (100 * share).toFixed(1));
  assert.equal(accuracyText(0.75, 4), `75.0 (${low} to ${high})`);
});

test('an epoch has the mean loss and the time of its own steps', () => {
  const rows = epochRows(finished(10, 0.9));
  assert.deepEqual(
    rows.map((row) => [row.epoch, row['mean train loss'], row['dev accuracy'], row['training time (s)']]),
    [
      ['1', 3, 0.7, 3],
      ['2 (kept)', 1, 0.9, 4],
    ],
  );
});

test('a trial has the loss of all steps and the cross-entropy of the test texts, one not run its reason', () => {
  const [row, skipped] = trialRows([
    finished(10, 0.9),
    { trial: { name: 'absent', encoder: 'x', train: [], dev: [], seed: 1 }, notRun: 'not here' },
  ]);
  assert.ok(Math.abs(Number(row['mean training loss']) - 7 / 3) < 1e-12);
  assert.equal(row['test loss'], 0.45);
  assert.deepEqual(
    [skipped['accuracy (%), 95% interval'], skipped['test loss']],
    ['not run: not here', null],
  );
});

test('trials with the same number are seeds of one point, with the interval of their mean', () => {
  const trials = [finished(20, 0.9), finished(10, 0.7), finished(20, 0.8)];
  const [{ name, points }] = accuracyCurves({ one: trials }, ({ trainingTexts }) => trainingTexts);
  assert.equal(name, 'one');
  assert.deepEqual(
    points.map(({ x, runs }) => [x, runs]),
    [
      [10, undefined],
      [20, [0.9, 0.8]],
    ],
  );
  const [low, high] = wilsonInterval(170, 200)!;
  assert.ok(Math.abs(points[1].value - 0.85) < 1e-12);
  assert.deepEqual([points[1].low, points[1].high], [low, high]);
});

test('sentences and means are in percent, the highest mean first', () => {
  const read = {
    sentences: [
      {
        text: 'A.',
        ranked: [
          { label: 'b', score: 0.8 },
          { label: 'a', score: 0.2 },
        ],
        unsure: 'no label is probable',
      },
      {
        text: 'B.',
        ranked: [
          { label: 'a', score: 0.6 },
          { label: 'b', score: 0.4 },
        ],
      },
    ],
    means: { a: 0.4, b: 0.6 },
    weightedMeans: { a: 0.5, b: 0.5 },
  } as unknown as Parameters<typeof meanRows>[0];
  assert.deepEqual(sentenceRows(read, ['a', 'b']), [
    { sentence: 1, text: 'A.', a: 20, b: 80, winner: 'b', unsure: 'no label is probable' },
    { sentence: 2, text: 'B.', a: 60, b: 40, winner: 'a', unsure: '' },
  ]);
  assert.deepEqual(meanRows(read), [
    { label: 'b', 'mean (%)': 60, 'weighted by tokens (%)': 50 },
    { label: 'a', 'mean (%)': 40, 'weighted by tokens (%)': 50 },
  ]);
});

test('a word that speaks for the label has a negative change', () => {
  const words = [
    { start: 0, end: 7, drop: 0.4 },
    { start: 8, end: 10, drop: -0.1 },
  ];
  assert.deepEqual(wordChanges('Binding to', { words } as Parameters<typeof wordChanges>[1]), [
    { word: 'Binding', change: -0.4 },
    { word: 'to', change: 0.1 },
  ]);
});

test('telling words are positive, without stop words, and at most as many as asked', () => {
  const text = (words: string, label: string) => ({ text: words, labels: [label], several: false });
  const texts = [text('the gene binds', 'a'), text('the gene reads', 'a'), text('a bridge stands', 'b')];
  const classifier = trainTfidf(texts, { ngrams: [1, 1] });
  const [a, b] = tellingBars(classifier, ['a', 'b'], 2);
  assert.deepEqual([a.label, b.label], ['a', 'b']);
  assert.equal(a.counts[0].name, 'gene');
  assert.ok([...a.counts, ...b.counts].every(({ name, count }) => name !== 'the' && count > 0));
  assert.ok(a.counts.length <= 2 && b.counts.length === 2);
});

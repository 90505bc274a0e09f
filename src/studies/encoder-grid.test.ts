import assert from 'node:assert/strict';
import test from 'node:test';
import { wilsonInterval } from '../evaluation';
import {
  bestOfEach,
  bestRate,
  effortRows,
  encoderRows,
  gridRows,
  gridTrials,
  whyLeftOut,
} from './encoder-grid';
import type { PreparedEncoder } from './encoders';
import { PAPER_TOPICS_PROFILES, readPaperTopics } from './paper-topics';
import { currentStudy } from './study-run';
import type { FinishedTrial, TrialOutcome } from './trials';

const encoder = (name: string, more: Partial<PreparedEncoder> = {}): PreparedEncoder => ({
  ...{ name, standsFor: 'BERT', reading: 'a book', learningRate: 1e-4, rates: [1e-4, 3e-4] },
  folder: `/encoders/${name}`,
  ...more,
});

/** A finished trial of 200 test texts. */
function finished(
  name: string,
  batchSize: number,
  seed: number,
  right: number,
  dev = right / 200,
): TrialOutcome {
  const trial = { name: `${name} ${batchSize} ${seed}`, encoder: `/encoders/${name}`, batchSize, seed };
  return {
    trial: { ...trial, train: [], dev: [] },
    configuration: { batchSize, learningRate: seed === 1 ? 1e-4 : 3e-4 },
    folder: '/models/one',
    ...{ trainingTexts: 100, parameters: 2e6, trainingSeconds: 120, tokens: 3e6, bestEpoch: 1, steps: [] },
    evaluations: [{ kind: 'evaluation', step: 1, epoch: 1, loss: 1, score: dev }],
    precision: 'float32',
    test: { accuracy: right / 200, macroF1: right / 200, texts: 200 },
  } as unknown as FinishedTrial;
}

test('the grid has a row for each encoder and batch size, with the mean of the seeds beside what others found', () => {
  const encoders = [encoder('large'), encoder('absent', { folder: undefined, standsFor: 'ELECTRA' })];
  const outcomes = [
    finished('large', 8, 1, 180),
    finished('large', 8, 2, 170),
    {
      trial: { name: 'absent', encoder: 'absent', batchSize: 8, train: [], dev: [], seed: 1 },
      notRun: 'not here',
    },
  ];
  const published = [{ encoder: 'BERT', batchSize: 8, accuracy: [0.75, 0.78], loss: [1, null] }];
  const [row, other] = gridRows(encoders, [8], outcomes, published);
  const [low, high] = wilsonInterval(175, 200)!.map((share) => (100 * share).toFixed(1));
  assert.equal(row['accuracy (%), 95% interval'], `87.5 (${low} to ${high})`);
  assert.equal(row['lowest to highest seed (%)'], '85.0 to 90.0');
  assert.equal(row.seeds, 2);
  assert.equal(row['steps per epoch'], 13);
  assert.equal(row['reference: accuracy by epoch (%)'], 'BERT: 75, 78');
  assert.equal(row['reference: last loss of each epoch'], '1.00, –');
  assert.equal(other['accuracy (%), 95% interval'], 'not run: not here');
  assert.equal(other['macro F1 (%)'], null);
});

test('rates and models are chosen by the dev texts alone', () => {
  const large = encoder('large');
  const trials = [finished('large', 8, 1, 190, 0.6), finished('large', 16, 2, 150, 0.8)] as FinishedTrial[];
  assert.equal(bestRate(trials, large), 3e-4);
  assert.equal(bestRate(trials, encoder('small', { learningRate: 7e-5 })), 7e-5);
  const [best] = bestOfEach([large, encoder('small')], trials);
  assert.equal(best.trials[0].trial.batchSize, 16);
  const [effort] = effortRows([best]);
  assert.equal(effort['pre-training: tokens (millions)'], null);
  assert.equal(effort['fine-tuning: time (min)'], 2);
});

test('the file of the study names encoders and published figures; a profile takes part of them', () => {
  const { encoders, published } = readPaperTopics();
  const run = currentStudy('paper-topics', PAPER_TOPICS_PROFILES, { FALCONFRAMES_PROFILE: 'smoke' });
  const names = encoders.map(({ name }) => name);
  for (const profile of Object.values(PAPER_TOPICS_PROFILES))
    for (const name of profile.encoders) assert.ok(names.includes(name), name);
  for (const row of published.rows)
    assert.ok(
      encoders.some(({ standsFor }) => standsFor === row.encoder),
      row.encoder,
    );
  const rows = encoderRows(encoders, run);
  assert.equal(rows.filter((row) => row['in this run'] === 'yes').length, 1);
  const slow = encoder('minilm-l6-h384-uncased', { batchSizes: [16] });
  assert.equal(whyLeftOut(slow, run, 32), 'slow; run with batch size 16 only');
  assert.equal(whyLeftOut(slow, run, 8), 'not part of the profile smoke');
  assert.equal(whyLeftOut(slow, run, 16), undefined);
  const planned = (batchSizes?: number[]) =>
    gridTrials(
      [encoder('minilm-l6-h384-uncased', { batchSizes })],
      [8, 16],
      { ...run, profile: { ...run.profile, seeds: [3, 4], batchSizes: [8, 16] } },
      { train: [], dev: [], batchSize: 16 },
      [],
    ).map(({ name, keep, leftOut }) => [name.replace('minilm-l6-h384-uncased, ', ''), keep, leftOut]);
  assert.deepEqual(planned(), [
    ['batch 8, seed 3', true, undefined],
    ['batch 16, seed 3', true, undefined],
    ['batch 16, seed 4', false, undefined],
  ]);
  assert.deepEqual(planned([16]), [
    ['batch 8, seed 3', true, 'slow; run with batch size 16 only'],
    ['batch 16, seed 3', true, undefined],
  ]);
});

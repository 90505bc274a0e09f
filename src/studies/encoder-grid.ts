import type { Row } from '../visualization';
import type { PreparedEncoder } from './encoders';
import type { PaperTopicsProfile, PublishedTraining } from './paper-topics';
import type { StudyRun } from './study-run';
import { accuracyText } from './tables';
import { type FinishedTrial, isFinished, type TrialOutcome } from './trials';

/** Returns why an encoder is not trained in this run, at all or with a batch size; undefined if it is. */
export function whyLeftOut(
  { name, absent, batchSizes }: PreparedEncoder,
  { profile, profileName }: StudyRun<PaperTopicsProfile>,
  batchSize?: number,
): string | undefined {
  if (!profile.encoders.includes(name)) return `not part of the profile ${profileName}`;
  if (batchSize !== undefined && batchSizes?.includes(batchSize) === false)
    return `it takes long; only ${batchSizes.join(', ')}`;
  return absent;
}

/** The table of encoders: shape, size, vocabulary, reading; and whether it takes part in the run. */
export function encoderRows(encoders: readonly PreparedEncoder[], run: StudyRun<PaperTopicsProfile>): Row[] {
  return encoders.map((encoder) => ({
    encoder: encoder.name,
    'stands for': encoder.standsFor ?? '–',
    'layers x width': encoder.shape,
    'parameters (millions)': encoder.parameters === undefined ? null : encoder.parameters / 1e6,
    'vocabulary (SHA-256)': encoder.vocabulary ?? '–',
    'has read': encoder.reading,
    'in this run': whyLeftOut(encoder, run) ?? 'yes',
  }));
}

/** The learning rate with the highest macro F1 on dev; without trials of the encoder, that of the table. */
export function bestRate(
  trials: readonly FinishedTrial[],
  { folder, learningRate }: PreparedEncoder,
): number {
  const own = trials.filter(({ trial }) => trial.encoder === folder);
  if (own.length === 0) return learningRate;
  const best = own.reduce((one, other) => (devScore(other) > devScore(one) ? other : one));
  return best.configuration.learningRate;
}

/** Macro F1 on dev of the epoch that was kept. */
const devScore = ({ evaluations, bestEpoch }: FinishedTrial): number =>
  evaluations.find(({ epoch }) => epoch === bestEpoch)?.score ?? 0;

/** The trials of one encoder, the best on dev first. */
export interface BestOfEncoder {
  encoder: PreparedEncoder;
  trials: FinishedTrial[];
}

/** Orders the trials of each encoder by macro F1 on dev; only those whose model was kept. */
export function bestOfEach(
  encoders: readonly PreparedEncoder[],
  trials: readonly FinishedTrial[],
): BestOfEncoder[] {
  return encoders.flatMap((encoder) => {
    const own = trials
      .filter(({ trial, folder }) => trial.encoder === encoder.folder && folder !== undefined)
      .sort((one, other) => devScore(other) - devScore(one));
    return own.length > 0 ? [{ encoder, trials: own }] : [];
  });
}

/**
 * The grid: one row per encoder and batch size, with the mean over seeds, beside what the study that this one follows found for the
 * encoder in whose place ours stands.
 */
export function gridRows(
  encoders: readonly PreparedEncoder[],
  batchSizes: readonly number[],
  outcomes: readonly TrialOutcome[],
  published: readonly PublishedTraining[],
): Row[] {
  return encoders.flatMap((encoder) =>
    batchSizes.map((batchSize): Row => {
      const own = outcomes.filter(
        ({ trial }) => trial.encoder === (encoder.folder ?? encoder.name) && trial.batchSize === batchSize,
      );
      const finished = own.filter(isFinished);
      const theirs = published.find(
        (row) => row.encoder === encoder.standsFor && row.batchSize === batchSize,
      );
      const reason = own.find((outcome) => !isFinished(outcome));
      return {
        encoder: encoder.name,
        'batch size': batchSize,
        seeds: finished.length,
        'accuracy (%), 95% interval':
          finished.length > 0
            ? seedsText(finished)
            : `not run: ${reason && 'notRun' in reason ? reason.notRun : ''}`,
        'lowest to highest seed (%)':
          finished.length > 1 ? range(finished.map(({ test }) => 100 * test.accuracy)) : '–',
        'macro F1 (%)': finished.length > 0 ? 100 * mean(finished.map(({ test }) => test.macroF1)) : null,
        'steps per epoch': finished.length > 0 ? Math.ceil(finished[0].trainingTexts / batchSize) : null,
        'accuracy by epoch there (%)': theirs
          ? `${encoder.standsFor}: ${theirs.accuracy.map((one) => (100 * one).toFixed(0)).join(', ')}`
          : '–',
        'last loss by epoch there': theirs?.loss.map((one) => one?.toFixed(2) ?? '–').join(', ') ?? '–',
      };
    }),
  );
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const range = (values: readonly number[]): string =>
  `${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)}`;

const seedsText = (trials: readonly FinishedTrial[]): string =>
  accuracyText(mean(trials.map(({ test }) => test.accuracy)), trials[0].test.texts);

/** Seconds per epoch and speed of the best trial of each encoder. */
export function epochTimes(best: readonly BestOfEncoder[]): Row[] {
  return best.map(({ encoder, trials: [trial] }) => ({
    encoder: encoder.name,
    'batch size': trial.configuration.batchSize,
    'time per epoch (s)': trial.trainingSeconds / trial.evaluations.length,
    'tokens/s': Math.round(trial.tokens / trial.trainingSeconds),
    precision: trial.precision,
  }));
}

/** What pre-training and fine-tuning cost, where it was measured here. */
export function effortRows(best: readonly BestOfEncoder[]): Row[] {
  return best.map(({ encoder, trials: [trial] }) => ({
    encoder: encoder.name,
    'parameters (millions)': trial.parameters / 1e6,
    'pre-training: tokens (millions)': encoder.effort ? encoder.effort.tokens / 1e6 : null,
    'pre-training: time (min)': encoder.effort ? encoder.effort.seconds / 60 : null,
    'fine-tuning: tokens (millions)': trial.tokens / 1e6,
    'fine-tuning: time (min)': trial.trainingSeconds / 60,
    'accuracy (%)': 100 * trial.test.accuracy,
  }));
}

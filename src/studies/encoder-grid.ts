import type { Row } from '../visualization';
import type { PreparedEncoder } from './encoders';
import type { PaperTopicsProfile, PublishedTraining } from './paper-topics';
import type { StudyRun } from './study-run';
import { accuracyText, mean } from './tables';
import { type FinishedTrial, isFinished, type Trial, type TrialOutcome } from './trials';

/** Returns why an encoder is not trained in this run, at all or with a batch size; undefined if it is. */
export function whyLeftOut(
  { name, absent, batchSizes }: PreparedEncoder,
  { profile, profileName }: StudyRun<PaperTopicsProfile>,
  batchSize?: number,
): string | undefined {
  if (!profile.encoders.includes(name)) return `not part of the profile ${profileName}`;
  if (batchSize !== undefined && !profile.batchSizes.includes(batchSize))
    return `not part of the profile ${profileName}`;
  if (batchSize !== undefined && batchSizes?.includes(batchSize) === false)
    return `slow; run with batch size ${batchSizes.join(', ')} only`;
  return absent;
}

/** The table of encoders: shape, size, vocabulary, reading; and whether it takes part in the run. */
export function encoderRows(encoders: readonly PreparedEncoder[], run: StudyRun<PaperTopicsProfile>): Row[] {
  return encoders.map((encoder) => ({
    encoder: encoder.name,
    'stands for': encoder.standsFor ?? '–',
    'layers x width': encoder.shape ?? '–',
    'parameters (millions)': encoder.parameters === undefined ? null : encoder.parameters / 1e6,
    'vocabulary (SHA-256)': encoder.vocabulary ?? '–',
    'pretraining data': encoder.reading,
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
export const devScore = ({ evaluations, bestEpoch }: FinishedTrial): number =>
  evaluations.find(({ epoch }) => epoch === bestEpoch)?.score ?? 0;

/** One training of each encoder at each of its rates, for one epoch: to choose a rate by the dev texts. */
export const rateTrials = (
  encoders: readonly PreparedEncoder[],
  run: StudyRun<PaperTopicsProfile>,
  recipe: Omit<Trial, 'name' | 'encoder' | 'seed'>,
): Trial[] =>
  encoders
    .filter((encoder) => run.profile.chooseRates && encoder.rates.length > 1 && !whyLeftOut(encoder, run))
    .flatMap(({ name, folder, rates }) =>
      rates.map((learningRate) => ({
        ...recipe,
        ...{ name: `${name}, rate ${learningRate}`, encoder: folder!, learningRate, epochs: 1, seed: 1 },
      })),
    );

/**
 * The trainings of the grid: each encoder with each batch size, with all seeds at the batch size of the recipe and with the first one at the
 * others. The models of the first seed are kept.
 */
export function gridTrials(
  encoders: readonly PreparedEncoder[],
  batchSizes: readonly number[],
  run: StudyRun<PaperTopicsProfile>,
  recipe: Omit<Trial, 'name' | 'encoder' | 'seed'>,
  rates: readonly FinishedTrial[],
): Trial[] {
  const [first] = run.profile.seeds;
  return encoders.flatMap((encoder) =>
    batchSizes.flatMap((batchSize) => {
      const isRepeated = batchSize === recipe.batchSize && !encoder.batchSizes;
      return (isRepeated ? run.profile.seeds : [first]).map(
        (seed): Trial => ({
          ...recipe,
          name: `${encoder.name}, batch ${batchSize}, seed ${seed}`,
          encoder: encoder.folder ?? encoder.name,
          ...{ batchSize, seed, learningRate: bestRate(rates, encoder), keep: seed === first },
          leftOut: whyLeftOut(encoder, run, batchSize),
        }),
      );
    }),
  );
}

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
 * The grid: one row per encoder and batch size, with the mean over seeds, beside what the reference study found for the
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
        'reference: accuracy by epoch (%)': theirs
          ? `${encoder.standsFor}: ${theirs.accuracy.map((one) => (100 * one).toFixed(0)).join(', ')}`
          : '–',
        'reference: last loss of each epoch':
          theirs?.loss.map((one) => one?.toFixed(2) ?? '–').join(', ') ?? '–',
      };
    }),
  );
}

const range = (values: readonly number[]): string =>
  `${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)}`;

const seedsText = (trials: readonly FinishedTrial[]): string =>
  accuracyText(mean(trials.map(({ test }) => test.accuracy)), trials[0].test.texts);

/** Seconds per epoch and speed of each encoder with one batch size. */
export function epochTimes(best: readonly BestOfEncoder[], batchSize: number): Row[] {
  const alike = best.flatMap(({ trials }) =>
    trials.filter(({ configuration }) => configuration.batchSize === batchSize).slice(0, 1),
  );
  return alike.map((trial) => ({
    training: trial.trial.name,
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

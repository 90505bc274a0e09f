import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  InputError,
  type Progress,
  readJsonObject,
  readLabelledTexts,
  sha256OfFile,
  silentProgress,
  writeFileAtomically,
} from '../foundation';
import {
  countClassifierParameters,
  fetchEncoder,
  type Precision,
  SequenceClassifier,
  weightFiles,
} from '../nn';
import { type ClassificationReport, evaluateTexts } from '../tasks';
import { TOKENIZER_FILES, Tokenizer } from '../tokenization';
import {
  completeConfiguration,
  type EvaluationRow,
  fineTune,
  type RunOptions,
  type StepRow,
  secondsOf,
  type TrainingConfiguration,
} from '../training';

/** One training of a study: a configuration, with a name that no other trial of the table has. */
export interface Trial extends Partial<TrainingConfiguration> {
  name: string;
  encoder: string;
  train: string[];
  dev: string[];
  seed: number;
  /** Keeps the trained model in the trial's folder; the others leave only their figures. */
  keep?: boolean;
  /** Why it is not trained in this run; the row then says so. */
  leftOut?: string;
  /** As in `fineTune`. */
  precision?: Precision;
  replicas?: number;
}

/** A trial that was trained, and judged on texts that it has not seen. */
export interface FinishedTrial {
  trial: Trial;
  configuration: TrainingConfiguration;
  /** The model folder, if it is kept. */
  folder?: string;
  trainingTexts: number;
  parameters: number;
  /** Of all epochs, without evaluation. */
  trainingSeconds: number;
  tokens: number;
  steps: StepRow[];
  /** On the dev texts, after each epoch; the best one was kept. */
  evaluations: EvaluationRow[];
  bestEpoch: number;
  precision: string;
  test: ClassificationReport;
}

export interface SkippedTrial {
  trial: Trial;
  /** The reason. */
  notRun: string;
}

export type TrialOutcome = FinishedTrial | SkippedTrial;

export const isFinished = (outcome: TrialOutcome): outcome is FinishedTrial => !('notRun' in outcome);

export interface TrialsRun {
  /** JSONL file of the texts on which every trial is judged. */
  test: string;
  /** Receives one folder per trial, with its figures in `trial.json`. */
  folder: string;
  progress?: Progress;
  /** Called for each row of a training's `metrics.jsonl` as it is written. */
  onRow?: RunOptions['onRow'];
}

/**
 * Trains every trial of a table, one after another, and judges each on the test texts. A trial that was finished in an earlier run with the
 * same options and data is read from its folder, and an interrupted one is resumed, so that a study can be stopped at any time. A trial
 * whose encoder cannot be had is reported as not run.
 *
 * @throws InputError for unusable data or options
 */
export async function runTrials(
  trials: readonly Trial[],
  { test, folder, progress = silentProgress, onRow }: TrialsRun,
): Promise<TrialOutcome[]> {
  const twice = trials.find(({ name }, index) => trials.findIndex((one) => one.name === name) < index);
  if (twice) throw new InputError(`two trials are called "${twice.name}"; give each its own name`);
  const outcomes: TrialOutcome[] = [];
  try {
    for (const trial of trials) {
      progress.update(outcomes.length, trials.length, trial.name);
      outcomes.push(await outcomeOf(trial, test, folder, onRow));
    }
    progress.update(trials.length, trials.length);
  } finally {
    progress.end();
  }
  return outcomes;
}

/**
 * Trains and judges one trial, without which a study cannot go on.
 *
 * @throws InputError if it cannot be run
 */
export async function runTrial(trial: Trial, run: TrialsRun): Promise<FinishedTrial> {
  const [outcome] = await runTrials([trial], run);
  if (!isFinished(outcome)) throw new InputError(`${trial.name}: ${outcome.notRun}`);
  return outcome;
}

async function outcomeOf(
  trial: Trial,
  test: string,
  folder: string,
  onRow: RunOptions['onRow'],
): Promise<TrialOutcome> {
  const { name, keep = false, leftOut, precision, replicas, ...options } = trial;
  if (leftOut !== undefined) return { trial, notRun: leftOut };
  let encoder: string;
  try {
    encoder = await fetchEncoder(trial.encoder);
  } catch (error) {
    if (error instanceof InputError) return { trial, notRun: error.message };
    throw error;
  }
  const configuration = completeConfiguration(options, `the trial "${name}"`);
  const own = join(
    folder,
    folderName(name, fingerprintOf(configuration, { precision, replicas }, encoder, test)),
  );
  const [path, model] = [join(own, 'trial.json'), join(own, 'model')];
  const isKept = existsSync(model);
  if (existsSync(path) && (!keep || isKept)) {
    const mend = 'delete its folder to train again';
    const outcome = readJsonObject(path, 'the figures of a trial', LARGEST_FIGURES, mend);
    return { ...(outcome as unknown as FinishedTrial), trial, folder: keep ? model : undefined };
  }

  const run = { out: model, resume: isKept, precision, replicas, onRow };
  const report = await fineTune({ ...options, ...run });
  const network = SequenceClassifier.load(model);
  try {
    const judged = await evaluateTexts(
      readLabelledTexts(test),
      new Tokenizer(model),
      network.score,
      network.configuration,
    );
    const steps = report.rows.filter((row): row is StepRow => row.kind === 'step');
    const outcome: FinishedTrial = {
      trial,
      configuration,
      ...(keep && { folder: model }),
      trainingTexts: configuration.train.reduce((sum, file) => sum + readLabelledTexts(file).length, 0),
      parameters: countClassifierParameters(network.configuration),
      trainingSeconds: secondsOf(steps),
      tokens: steps.reduce((sum, { tokens }) => sum + tokens, 0),
      steps,
      evaluations: report.rows.filter((row): row is EvaluationRow => row.kind === 'evaluation'),
      bestEpoch: report.bestEpoch,
      precision: report.precision,
      test: judged,
    };
    writeFileAtomically(path, JSON.stringify(outcome));
    return outcome;
  } finally {
    network.dispose();
    if (!keep) rmSync(model, { recursive: true, force: true });
  }
}

/** Changes with the options and the content of the files, not with the files' place. */
function fingerprintOf(
  { train, dev, encoder: _, ...options }: TrainingConfiguration,
  run: Pick<Trial, 'precision' | 'replicas'>,
  encoder: string,
  test: string,
): string {
  const ofEncoder = ['config.json', ...TOKENIZER_FILES].map((name) => join(encoder, name)).filter(existsSync);
  const files = [...train, ...dev, test, ...ofEncoder, ...weightFiles(encoder)].map((file) => [
    basename(file),
    sha256OfFile(file),
  ]);
  return createHash('sha256')
    .update(JSON.stringify([options, run, files]))
    .digest('hex');
}

/**
 * Returns the name of a trial's folder: "all-mpnet-base-v2, batch 8" becomes "all-mpnet-base-v2-batch-8-1f0c9a2b". With other options or
 * data it is another folder, so that nothing that was trained is lost.
 */
const folderName = (name: string, fingerprint: string): string =>
  `${name.replaceAll(/[^\p{L}\p{N}.]+/gu, '-')}-${fingerprint.slice(0, 8)}`;

/** Bytes of the figures of one trial: some hundred thousand test texts. */
const LARGEST_FIGURES = 1 << 28;

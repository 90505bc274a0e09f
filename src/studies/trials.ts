import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  completeDistillation,
  completeSparsity,
  type DistillationOptions,
  distil,
  SOFT_TARGETS_FILE,
  type SparsityOptions,
  type SparsityReport,
  sparsify,
} from '../compression';
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
  hasWeights,
  type Precision,
  SequenceClassifier,
  weightFiles,
} from '../nn';
import { type ClassificationReport, evaluateTexts } from '../tasks';
import { TOKENIZER_FILES, Tokenizer } from '../tokenization';
import {
  completeConfiguration,
  DEFAULT_TRAINING,
  type EvaluationRow,
  fineTuneFiles,
  type RunOptions,
  type StepRow,
  secondsOf,
  type TrainingConfiguration,
  type TrainingReport,
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
  /** Learns from a teacher too: its folder, and options of distillation. The encoder is the student's start. */
  distillation?: { teacher: string } & Partial<Omit<DistillationOptions, 'student'>>;
  /** Sets weights to zero while training; the encoder is then the folder of the trained classifier to prune. */
  sparsity?: Partial<SparsityOptions>;
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
  /** Share and bytes of the nonzero weights of a sparse training. */
  sparse?: SparsityReport;
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
  /** Most probable labels of each test text that are kept with their probabilities; all by default. */
  rankedLabels?: number;
}

/**
 * Trains every trial of a table, one after another, and judges each on the test texts. A trial that was finished in an earlier run with the
 * same options and data is read from its folder, and an interrupted one is resumed, so that a study can be stopped at any time. A trial
 * whose encoder cannot be had is reported as not run.
 *
 * @throws InputError for unusable data or options
 */
export async function runTrials(trials: readonly Trial[], run: TrialsRun): Promise<TrialOutcome[]> {
  const { progress = silentProgress } = run;
  const twice = trials.find(({ name }, index) => trials.findIndex((one) => one.name === name) < index);
  if (twice) throw new InputError(`two trials are called "${twice.name}"; give each its own name`);
  const outcomes: TrialOutcome[] = [];
  try {
    for (const trial of trials) {
      progress.update(outcomes.length, trials.length, trial.name);
      outcomes.push(await outcomeOf(trial, run));
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
  const [finished] = await runAllTrials([trial], run);
  return finished;
}

/**
 * The same for several trials.
 *
 * @throws InputError if one of them cannot be run
 */
export async function runAllTrials(trials: readonly Trial[], run: TrialsRun): Promise<FinishedTrial[]> {
  return (await runTrials(trials, run)).map((outcome) => {
    if (!isFinished(outcome)) throw new InputError(`${outcome.trial.name}: ${outcome.notRun}`);
    return outcome;
  });
}

async function outcomeOf(trial: Trial, run: TrialsRun): Promise<TrialOutcome> {
  const { test, folder, onRow, rankedLabels } = run;
  const { name, keep = false, leftOut, precision, replicas, distillation, sparsity, ...options } = trial;
  if (leftOut !== undefined) return { trial, notRun: leftOut };
  let encoder: string;
  try {
    encoder = await fetchEncoder(trial.encoder);
  } catch (error) {
    if (error instanceof InputError) return { trial, notRun: error.message };
    throw error;
  }
  const configuration = completeConfiguration(options, `the trial "${name}"`);
  const own = join(folder, trialFolder(name, fingerprintOf(configuration, trial, encoder, run)));
  const [path, model] = [join(own, 'trial.json'), join(own, 'model')];
  const isKept = existsSync(model);
  if (existsSync(path) && (!keep || isKept)) {
    const mend = 'delete its folder to train again';
    const outcome = readJsonObject(path, 'the figures of a trial', LARGEST_FIGURES, mend);
    return { ...(outcome as unknown as FinishedTrial), trial, folder: keep ? model : undefined };
  }

  const how = { resume: isKept, precision, replicas, onRow };
  const report = await trainTrial(trial, configuration, encoder, { ...how, folder: model });
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
      ...(report.density && report.bytes && { sparse: { density: report.density, bytes: report.bytes } }),
      test: {
        ...judged,
        answers: judged.answers.map((one) => ({ ...one, ranked: one.ranked.slice(0, rankedLabels) })),
      },
    };
    writeFileAtomically(path, JSON.stringify(outcome));
    return outcome;
  } finally {
    network.dispose();
    if (!keep) rmSync(model, { recursive: true, force: true });
  }
}

/** Trains the model of a trial into a folder: fine-tunes an encoder, or trains a student or a sparse model. */
export function trainTrial(
  { name, distillation, sparsity }: Trial,
  configuration: TrainingConfiguration,
  encoder: string,
  run: RunOptions & { folder: string },
): Promise<TrainingReport & Partial<SparsityReport>> {
  const place = `the trial "${name}"`;
  if (!distillation && !sparsity) return fineTuneFiles({ ...configuration, encoder }, { ...run, place });
  if (!distillation)
    return sparsify({
      ...run,
      model: encoder,
      configuration: { ...configuration, sparsity: completeSparsity(sparsity, place) },
      place,
    });
  if (sparsity) throw new InputError(`${place}: has "distillation" and "sparsity"; make two trials of it`);
  const { teacher, ...options } = distillation;
  const whole = completeDistillation({ ...options, student: encoder }, place);
  return distil({ ...run, teacher, configuration: { ...configuration, distillation: whole }, place });
}

/** Identifies a trial and the data it is judged on, by its options and the content of all files. */
export async function trialFingerprint(
  trial: Trial,
  run: Partial<Pick<TrialsRun, 'test' | 'rankedLabels'>> = {},
): Promise<string> {
  const { name, keep: _, leftOut: __, precision, replicas, distillation, sparsity, ...options } = trial;
  const configuration = completeConfiguration(options, `the trial "${name}"`);
  return fingerprintOf(configuration, trial, await fetchEncoder(trial.encoder), run);
}

/**
 * Changes with the options and the content of the files, not with the files' place. Options that have their default are not in it, so that an option
 * added later does not make finished trials look like others.
 */
function fingerprintOf(
  { train, dev, encoder: _, ...options }: TrainingConfiguration,
  { precision, replicas, distillation, sparsity }: Trial,
  encoder: string,
  { test, rankedLabels }: Partial<Pick<TrialsRun, 'test' | 'rankedLabels'>>,
): string {
  const { teacher, ...others } = distillation ?? {};
  const folders = [encoder, ...(teacher === undefined ? [] : [teacher])];
  const ofFolders = folders.flatMap(filesOfModel);
  const files = [...train, ...dev, ...(test === undefined ? [] : [test]), ...ofFolders].map((file) => [
    basename(file),
    sha256OfFile(file),
  ]);
  const how = { precision, replicas, ...(distillation && { distillation: others }), sparsity, rankedLabels };
  const defaults: Readonly<Record<string, unknown>> = DEFAULT_TRAINING;
  const chosen = Object.entries(options)
    .filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(defaults[key]))
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([chosen, how, files]))
    .digest('hex');
}

/** The files of a folder on which a training depends: configuration, tokenizer, and weights or a teacher's kept answers. */
function filesOfModel(folder: string): string[] {
  const known = ['config.json', SOFT_TARGETS_FILE, ...TOKENIZER_FILES].map((name) => join(folder, name));
  return [...known.filter(existsSync), ...(hasWeights(folder) ? weightFiles(folder) : [])];
}

/**
 * Returns the name of a trial's folder: "all-mpnet-base-v2, batch 8" becomes "all-mpnet-base-v2-batch-8-1f0c9a2b". With other options or
 * data it is another folder, so that nothing that was trained is lost.
 */
export const trialFolder = (name: string, fingerprint: string): string =>
  `${name.replaceAll(/[^\p{L}\p{N}.]+/gu, '-')}-${fingerprint.slice(0, 8)}`;

/** Bytes of the figures of one trial: some hundred thousand test texts. */
const LARGEST_FIGURES = 1 << 28;

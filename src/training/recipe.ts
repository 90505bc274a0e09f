import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import {
  fieldsOf,
  InputError,
  type Progress,
  projectRoot,
  readJsonObject,
  sha256OfFile,
} from '../foundation';
import {
  fetchEncoder,
  hasWeights,
  type LabelNetwork,
  type Precision,
  readOwnEntry,
  setDropout,
  writeOwnEntry,
} from '../nn';
import { type Evaluation, type LabelTask, type Objective, objectiveOf, type Task, withTask } from '../tasks';
import { Tokenizer } from '../tokenization';
import { replacedIn, resumable } from './checkpoint';
import { completeConfiguration, type TrainingConfiguration } from './configuration';
import { type Lessons, readLessons } from './lessons';
import { type EvaluationRow, type MetricsRow, readMetrics, secondsOf } from './metrics-log';
import { checkRunFolder, LAST, METRICS_FILE } from './run-folder';
import { taskOfFiles } from './task-of-files';
import { fingerprintOf, type TrainingReport, train } from './trainer';

/** Options of a run, whatever its task. */
export interface RunOptions {
  /** Resumes from the checkpoint in the folder; a complete run is left unchanged. */
  resume?: boolean;
  /** Number of processes that share each step; by default chosen from the machine and the length of the run. */
  replicas?: number;
  /** Precision of matrix products; by default chosen by a short test of the machine. */
  precision?: Precision;
  /** When aborted, training writes a checkpoint after the current step and stops. */
  signal?: AbortSignal;
  progress?: Progress;
  /** Called for each row of `metrics.jsonl` as it is written. */
  onRow?: (rows: readonly MetricsRow[]) => void;
  /** Called with messages for the user, such as the amount of data. */
  onNotice?: (notice: string) => void;
}

export interface FineTuning extends Partial<TrainingConfiguration>, RunOptions {
  /** JSONL files of sentences (`text`, `spans`), or JSONL, CSV or TSV files of texts (`text`, `label` or `labels`). */
  train: string[];
  /** Files used to select the best epoch. */
  dev: string[];
  /** Receives the model, `metrics.jsonl` and, during training, a checkpoint. */
  out: string;
  /** Fraction of the training data, sampled with the seed; 1 for all. */
  share?: number;
}

export interface FineTuningPlace extends RunOptions {
  folder: string;
  /** Names the configuration in errors, for example its file. */
  place: string;
  /** As in `FineTuning`. */
  share?: number;
}

export interface FineTuned extends TrainingReport {
  /** The model folder. */
  folder: string;
  task: LabelTask;
  labels: readonly string[];
}

/**
 * Trains an encoder on labelled data and saves the best epoch's model. Sentences with `spans` give a tagger, texts with a `label` a
 * classifier; labels are taken from the data. Omitted keys have the defaults of `falconframes train --schema`.
 *
 * @example const { folder } = await fineTune({ train: ['train.jsonl'], dev: ['dev.jsonl'], out: 'runs/mine' }); await (await
 * loadAnnotator(folder)).annotate('Rome is in Italy.'); // [{ start: 0, end: 4, label: 'place', text: 'Rome', score: 0.98 }, …]
 *
 * @throws InputError for unusable data, options or folder, before anything is written
 */
export async function fineTune({ out, share, ...options }: FineTuning): Promise<FineTuned> {
  const { resume, replicas, precision, signal, progress, onRow, onNotice, ...settings } = options;
  const run = { resume, replicas, precision, signal, progress, onRow, onNotice };
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  const configuration = completeConfiguration(given, 'the options of fineTune');
  return fineTuneFiles(configuration, { ...run, folder: out, place: 'the options of fineTune', share });
}

/** The same for a complete configuration. */
export async function fineTuneFiles(
  configuration: TrainingConfiguration,
  run: FineTuningPlace,
): Promise<FineTuned> {
  checkRunFolder(run.folder, [...configuration.train, ...configuration.dev]);
  const name = taskOfFiles([...configuration.train, ...configuration.dev]);
  return withTask(name, (task) => fromEncoder(task, configuration, run));
}

async function fromEncoder<Item, Example extends { inputIds: Int32Array }, Network extends LabelNetwork>(
  task: Task<Item, Example, Network>,
  configuration: TrainingConfiguration,
  { place, share, ...run }: FineTuningPlace,
): Promise<FineTuned> {
  const lessons = readLessons(task, configuration, { place, share });
  const encoder = await fetchEncoder(configuration.encoder);
  checkRunFolder(run.folder, [encoder]);
  const network = task.create(encoder, lessons.labels, lessons.train, configuration);
  setDropout(network.configuration.encoder, configuration.dropout);
  try {
    const report = await learn({ ...run, task, configuration, lessons, network });
    return { ...report, folder: run.folder, task: task.name, labels: lessons.labels };
  } finally {
    network.dispose();
  }
}

export interface Learning<
  Item,
  Example extends { inputIds: Int32Array },
  Network extends LabelNetwork,
  Learned extends Example = Example,
> extends RunOptions {
  task: Task<Item, Example, Network>;
  configuration: TrainingConfiguration;
  lessons: Lessons<Item>;
  /** The network to train; remains owned by the caller. */
  network: Network;
  folder: string;
  /** Transforms the examples of these items, for example by adding a teacher's predictions; unchanged by default. */
  examples?: (prepared: Example[], items: readonly Item[]) => Promise<Learned[]>;
  /** The objective to minimize; by default the loss of the labels. */
  objective?: (examples: readonly Learned[]) => Objective<Learned>;
  /** Evaluates the network at the time of the call; by default unchanged. */
  judge?: (evaluate: (network: Pick<Network, 'score'>) => Promise<Evaluation>) => Promise<Evaluation>;
  /** As in `TrainingRun`. */
  firstKept?: number;
  /** Additional items with unknown labels, appended to the training items. */
  unlabelled?: readonly Item[];
}

/**
 * Runs one training, for an encoder, a student or a model being pruned: prepares, trains, evaluates, resumes, saves, and records
 * the training in config.json.
 */
export async function learn<
  Item,
  Example extends { inputIds: Int32Array },
  Network extends LabelNetwork,
  Learned extends Example = Example,
>(run: Learning<Item, Example, Network, Learned>): Promise<TrainingReport> {
  const { task, configuration, lessons, network, folder, onNotice = () => {} } = run;
  for (const notice of lessons.notices) onNotice(notice);
  const tokenizer = new Tokenizer(network.source);
  const evaluateOnDev = task.judge(lessons.dev, tokenizer, network, configuration);
  const items = [...lessons.train, ...(run.unlabelled ?? [])];
  const prepared = await task.prepare(items, tokenizer, network);
  for (const notice of prepared.notices) onNotice(notice);
  const examples = run.examples
    ? await run.examples(prepared.examples, items)
    : (prepared.examples as Learned[]);
  const objective: Objective<Learned> =
    run.objective?.(examples) ?? objectiveOf(task, network, configuration);
  const { judge = (evaluate) => evaluate(network) } = run;
  const fingerprint = fingerprintOf({ task: objective, examples, options: configuration });
  if (run.resume) {
    const complete = completeRun(folder, fingerprint);
    if (complete) {
      onNotice(`${folder}: is already complete, so nothing was done; train without resuming to start over`);
      return complete;
    }
    if (resumable(folder) === 'nothing') onNotice(`${folder}: no checkpoint to resume; training starts over`);
  } else {
    const replaced = replacedIn(folder);
    if (replaced) onNotice(replaced);
  }
  const report = await train({
    task: objective,
    examples,
    options: configuration,
    fingerprint,
    folder,
    evaluate: () => judge(evaluateOnDev),
    firstKept: run.firstKept,
    resume: run.resume,
    replicas: run.replicas,
    precision: run.precision,
    signal: run.signal,
    progress: run.progress,
    onRow: run.onRow,
  });
  if (report.finished) noteTraining(folder, configuration, fingerprint, report);
  return report;
}

/** Records in config.json how a model was trained. */
function noteTraining(
  folder: string,
  { train: trainFiles, dev, encoder, ...options }: TrainingConfiguration,
  fingerprint: string,
  { bestEpoch, bestScore, precision, replicas, rows }: TrainingReport,
): void {
  const { version } = readJsonObject(join(projectRoot, 'package.json'), 'the package', 1 << 20);
  const nameOf = (file: string) => ({ file: basename(file), sha256: sha256OfFile(file) });
  const training = {
    fingerprint: hashOf(fingerprint),
    version,
    ...{ encoder: basename(encoder), train: trainFiles.map(nameOf), dev: dev.map(nameOf) },
    ...{ bestEpoch, bestScore, precision, replicas, options },
    seconds: Math.round(secondsOf(stepsOf(rows))),
  };
  for (const place of [folder, join(folder, LAST)]) if (hasWeights(place)) writeOwnEntry(place, { training });
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Returns the report of a complete run; undefined if there is something to resume, or no run. */
function completeRun(folder: string, fingerprint: string): TrainingReport | undefined {
  if (resumable(folder) !== 'finished') return undefined;
  const noted = fieldsOf(readOwnEntry(folder, 'training'));
  if (noted.fingerprint !== hashOf(fingerprint))
    throw new InputError(
      `${folder}: contains a model that was trained with other options, data or encoder, and no checkpoint to resume; choose another folder, or start over without resuming`,
    );
  const rows = readMetrics(join(folder, METRICS_FILE));
  const evaluations = rows.filter((row): row is EvaluationRow => row.kind === 'evaluation');
  const best = evaluations.find(({ epoch }) => epoch === noted.bestEpoch);
  const steps = stepsOf(rows);
  return {
    finished: true,
    bestEpoch: Number(noted.bestEpoch),
    bestScore: best?.score ?? Number(noted.bestScore),
    precision: noted.precision === 'bfloat16' ? 'bfloat16' : 'float32',
    replicas: Number(noted.replicas),
    tokensPerSecond: steps.reduce((sum, { tokens }) => sum + tokens, 0) / secondsOf(steps),
    rows,
  };
}

const stepsOf = (rows: readonly MetricsRow[]) => rows.flatMap((row) => (row.kind === 'step' ? [row] : []));

import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  formatDuration,
  InputError,
  type Progress,
  silentProgress,
  whileWriting,
  withLock,
} from '../foundation';
import { choosePrecision, type Precision } from '../nn';
import type { Evaluation, Objective } from '../tasks';
import { batchesOfEpoch, stepsByEpoch } from './batching';
import { type Place, readCheckpoint, removeCheckpoint, writeCheckpoint } from './checkpoint';
import type { TrainingOptions } from './configuration';
import { shapesOfState } from './learner';
import { MetricsLog, type MetricsRow, type StepRow } from './metrics-log';
import { chooseReplicas } from './replicas';
import { checkpointFolder, checkRunFolder, LAST, METRICS_FILE, removeLastModel } from './run-folder';
import { rateShare } from './schedule';
import { startStepper } from './stepper';

export interface TrainingRun<Example extends { inputIds: Int32Array }> {
  task: Objective<Example>;
  examples: readonly Example[];
  options: TrainingOptions;
  /**
   * Receives the best model, in `last/` that of the last epoch if another was better, `metrics.jsonl` and, during training, a
   * checkpoint.
   */
  folder: string;
  /** `fingerprintOf` the run, if the caller has computed it: it hashes every example. */
  fingerprint?: string;
  /** Evaluates the parameters at the time of the call. */
  evaluate: () => Promise<Evaluation>;
  /** The first epoch, from 1, whose model may be kept as the best. Default: 1. */
  firstKept?: number;
  /** Resumes from the checkpoint in the folder, if there is one. */
  resume?: boolean;
  /** Precision of matrix products; by default chosen by a short test of the machine. */
  precision?: Precision;
  /**
   * Number of processes that share each step; 1 for this process only. By default chosen from the machine and the length of the
   * run. A resumed run keeps its initial number.
   */
  replicas?: number;
  /** When it fires, training writes a checkpoint after the current step and stops. */
  signal?: AbortSignal;
  progress?: Progress;
  /** Called for each row of `metrics.jsonl` as it is written. */
  onRow?: (rows: readonly MetricsRow[]) => void;
}

export interface TrainingReport {
  /** False if the run was interrupted. */
  finished: boolean;
  bestEpoch: number;
  bestScore: number;
  precision: Precision;
  replicas: number;
  /** Excludes padding and the time of evaluations. */
  tokensPerSecond: number;
  rows: MetricsRow[];
}

/**
 * Trains a task and leaves the model of the best epoch in the folder and in memory. A run is determined by its examples, options
 * and seed, and by the machine in so far as it chooses precision and replicas; a run that was interrupted or killed and then
 * resumed takes the same steps as an uninterrupted one.
 *
 * @throws InputError if there is nothing to train on, the folder cannot be used or another run uses it, a checkpoint is of another
 * run, or the loss is not finite (the best model so far and the last checkpoint are kept)
 */
export async function train<Example extends { inputIds: Int32Array }>(
  run: TrainingRun<Example>,
): Promise<TrainingReport> {
  if (run.examples.length === 0)
    throw new InputError('there is nothing to train on; give at least one sentence');
  checkRunFolder(run.folder);
  whileWriting(run.folder, () => mkdirSync(run.folder, { recursive: true }));
  return withLock(run.folder, () => trainInFolder(run));
}

async function trainInFolder<Example extends { inputIds: Int32Array }>(
  run: TrainingRun<Example>,
): Promise<TrainingReport> {
  const { task, examples, options, folder, signal, progress = silentProgress } = run;
  const { checkpointMinutes } = options;
  const checkpoints = checkpointFolder(folder);
  const { fingerprint = fingerprintOf(run) } = run;
  const stepsOf = stepsByEpoch(examples, options);
  /** Returns the number of steps in the epochs before this one, which counts from 1. */
  const stepsBefore = (epoch: number) => stepsOf.slice(0, epoch - 1).reduce((sum, own) => sum + own, 0);
  const steps = stepsBefore(options.epochs + 1);
  const totalTokens = options.epochs * tokensOf(examples);
  const begin = async () => {
    const checkpoint = run.resume
      ? readCheckpoint(checkpoints, shapesOfState(task.parameters.shapes, options), fingerprint, stepsOf)
      : undefined;
    const place: Place = checkpoint?.place ?? {
      epoch: 1,
      stepOfEpoch: 0,
      bestEpoch: 0,
      bestScore: Number.NEGATIVE_INFINITY,
      precision: run.precision ?? choosePrecision().precision,
      replicas: chooseReplicas(totalTokens, task.blueprint !== undefined, run.replicas),
    };
    return { place, stepper: await startStepper(task, options, place.replicas, checkpoint?.state) };
  };
  const { place, stepper } = await begin();
  try {
    const stepsDone = () => stepsBefore(place.epoch) + place.stepOfEpoch;
    const log = new MetricsLog(join(folder, METRICS_FILE), { keepFirst: stepsDone() });
    const tell = (row: MetricsRow) => {
      log.add(row);
      run.onRow?.(log.rows);
    };
    const save = async (next: Place) =>
      writeCheckpoint(checkpoints, next, await stepper.snapshot(), fingerprint);
    const report = (finished: boolean): TrainingReport => ({
      finished,
      bestEpoch: place.bestEpoch,
      bestScore: place.bestScore,
      precision: place.precision,
      replicas: place.replicas,
      tokensPerSecond: timed.tokens / timed.seconds,
      rows: log.rows,
    });
    let tokens = log.rows.reduce((sum, row) => sum + (row.kind === 'step' ? row.tokens : 0), 0);
    const timed = { tokens: 0, seconds: 0 };
    let savedAt = performance.now();

    for (; place.epoch <= options.epochs; place.epoch++, place.stepOfEpoch = 0) {
      const batches = batchesOfEpoch(examples, options, options.seed, place.epoch);
      const stepsOfEpoch = stepsOf[place.epoch - 1];
      const meanWeight = task.weight(examples) / stepsOfEpoch;
      for (; place.stepOfEpoch < stepsOfEpoch; place.stepOfEpoch++) {
        if (signal?.aborted) {
          await save(place);
          return report(false);
        }
        const started = performance.now();
        const step = stepsDone();
        const first = place.stepOfEpoch * options.accumulation;
        const own = batches.slice(first, first + options.accumulation);
        const windows = own.flat();
        const learningRate =
          options.learningRate * rateShare(options.schedule, step, steps, options.warmupShare);
        const outcome = await stepper.step(own, {
          step,
          where: `epoch ${place.epoch}, ${own.length === 1 ? 'batch' : `batches ${first + 1} to`} ${first + own.length}`,
          learningRate,
          precision: place.precision,
          weight: task.weight(windows) / meanWeight,
        });
        const seconds = (performance.now() - started) / 1000;
        const ownTokens = tokensOf(windows);
        tokens += ownTokens;
        timed.tokens += ownTokens;
        timed.seconds += seconds;
        const row: StepRow = {
          kind: 'step',
          step: step + 1,
          epoch: place.epoch,
          ...outcome,
          learningRate,
          tokens: ownTokens,
          tokensPerSecond: ownTokens / seconds,
        };
        tell(row);
        const rate = timed.tokens / timed.seconds;
        const left = formatDuration((totalTokens - tokens) / rate);
        progress.update(
          step + 1,
          steps,
          `| epoch ${place.epoch} of ${options.epochs} | loss ${outcome.loss.toFixed(4)} | rate ${learningRate.toExponential(1)} | ${rate.toFixed(0)} tokens/s | ${left} left`,
        );
        const isDue = performance.now() - savedAt >= checkpointMinutes * 60_000;
        if (isDue && place.stepOfEpoch + 1 < stepsOfEpoch) {
          await save({ ...place, stepOfEpoch: place.stepOfEpoch + 1 });
          savedAt = performance.now();
        }
        // Yields to displays, interrupts and the notebook's messages.
        await new Promise(setImmediate);
      }
      const isLast = () =>
        place.epoch === options.epochs ||
        (options.patience > 0 && place.epoch - place.bestEpoch >= options.patience);
      const judge = async () => {
        const evaluation = await run.evaluate();
        refuseBroken(evaluation, place.epoch);
        if (place.epoch >= (run.firstKept ?? 1) && evaluation.score > place.bestScore) {
          task.save(folder);
          place.bestEpoch = place.epoch;
          place.bestScore = evaluation.score;
        }
        if (isLast()) {
          removeLastModel(folder);
          if (place.bestEpoch !== place.epoch) task.save(join(folder, LAST));
        }
        return evaluation;
      };
      const evaluation = await stepper.judged(judge);
      tell({ kind: 'evaluation', step: stepsDone(), epoch: place.epoch, ...evaluation });
      if (isLast()) break;
      await save({ ...place, epoch: place.epoch + 1, stepOfEpoch: 0 });
    }
    task.reload(folder);
    removeCheckpoint(checkpoints);
    return report(true);
  } finally {
    progress.end();
    await stepper.dispose();
  }
}

/** @throws InputError if the weights are not finite, which the last step of an epoch may have caused */
function refuseBroken({ loss }: Evaluation, epoch: number): void {
  if (Number.isNaN(loss))
    throw new InputError(
      `training diverged at the end of epoch ${epoch}: the loss on the held-out data is NaN; lower the learning rate (the best model and the last checkpoint, if any, are kept)`,
    );
}

/** Returns the run fingerprint, which covers everything that determines a run: options, examples, objective. */
export function fingerprintOf<Example extends { inputIds: Int32Array }>({
  task,
  examples,
  options,
}: Pick<TrainingRun<Example>, 'task' | 'examples' | 'options'>): string {
  const deciding = Object.entries(options).filter(([key]) => DECIDING.has(key));
  return JSON.stringify({
    options: Object.fromEntries(deciding.sort(([one], [other]) => (one < other ? -1 : 1))),
    examples: digestOf(examples),
    task: task.description,
  });
}

/** Keys of the options that the engine reads, except how often it writes checkpoints. */
const DECIDING: ReadonlySet<string> = new Set<keyof TrainingOptions>([
  ...([
    'epochs',
    'batchSize',
    'batchTokens',
    'batching',
    'accumulation',
    'learningRate',
    'schedule',
    'warmupShare',
  ] as const),
  ...(['layerDecay', 'weightDecay', 'clipNorm', 'averaging', 'patience', 'seed'] as const),
]);

/** Hashes the full content of examples: token ids and labels are typed arrays. */
function digestOf(examples: readonly object[]): string {
  const digest = createHash('sha256').update(`${examples.length}`);
  for (const example of examples)
    for (const [key, value] of Object.entries(example)) {
      digest.update(key);
      digest.update(
        ArrayBuffer.isView(value)
          ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
          : JSON.stringify(value ?? null),
      );
    }
  return digest.digest('hex');
}

function tokensOf(examples: readonly { inputIds: Int32Array }[]): number {
  return examples.reduce((sum, { inputIds }) => sum + inputIds.length, 0);
}

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type EntityClass, formatDuration, InputError, type Progress, silentProgress } from '../foundation';
import { choosePrecision, type Precision } from '../nn';
import { MovingAverage } from './average';
import { groupByLength } from './batching';
import { type Place, type Restorable, readCheckpoint, writeCheckpoint } from './checkpoint';
import type { TrainingOptions } from './configuration';
import { layerRates } from './layer-rates';
import { MetricsLog, type MetricsRow, type StepRow } from './metrics-log';
import { AdamW } from './optimizer';
import { rateShare } from './schedule';
import { takeStep } from './step';
import type { Task } from './task';

/** How good a network is on what it was not trained on. */
export interface Evaluation {
  loss: number;
  /** The higher the better: decides which epoch is kept. Of a tagger the mean F1 of its classes. */
  score: number;
  /** Strict span F1 of a tagger; a class without gold mentions is null. */
  f1?: Record<EntityClass, number | null>;
}

export interface TrainingRun<Example extends { inputIds: Int32Array }> {
  task: Task<Example>;
  examples: readonly Example[];
  options: TrainingOptions;
  /** Receives the best model, `metrics.jsonl` and, while training lasts, a checkpoint. */
  folder: string;
  /** Judges the parameters as they are when it is called. */
  evaluate: () => Promise<Evaluation>;
  /** Goes on from the checkpoint in the folder, if there is one. */
  resume?: boolean;
  /** What matrix products multiply in; chosen by a short test of the machine where it is left out. */
  precision?: Precision;
  /** When it fires, training writes a checkpoint after the step under way and stops. */
  signal?: AbortSignal;
  progress?: Progress;
  /** Hears of every row of `metrics.jsonl` as it is written. */
  onRow?: (rows: readonly MetricsRow[]) => void;
}

export interface TrainingReport {
  /** False where the run was interrupted. */
  finished: boolean;
  bestEpoch: number;
  bestScore: number;
  precision: Precision;
  /** Without padding and without the time of evaluations. */
  tokensPerSecond: number;
  rows: MetricsRow[];
}

/**
 * Trains a task and leaves the model of the best epoch in the folder and in memory. What a run does depends on its examples,
 * options and seed alone; a run that was interrupted or killed and resumed takes the same steps as an undisturbed one.
 *
 * @throws InputError where there is nothing to train on, a checkpoint is of another run, or the loss is no number any more (the
 *   best model so far and the last checkpoint are kept)
 */
export async function train<Example extends { inputIds: Int32Array }>(
  run: TrainingRun<Example>,
): Promise<TrainingReport> {
  const { task, examples, options, folder, signal, progress = silentProgress } = run;
  if (examples.length === 0) throw new InputError('there is nothing to train on; give at least one sentence');
  mkdirSync(folder, { recursive: true });
  const rates = layerRates(task.parameters.shapes.keys(), task.layers, options.layerDecay);
  const optimizer = new AdamW(task.parameters, options.weightDecay, rates);
  const average = options.averaging > 0 ? new MovingAverage(task.parameters, options.averaging) : undefined;
  const parts: Record<string, Restorable> = {
    parameters: task.parameters,
    optimizer,
    ...(average && { average }),
  };
  const checkpointFolder = join(folder, 'checkpoint');
  const { checkpointMinutes, ...deciding } = options;
  const fingerprint = JSON.stringify({
    options: deciding,
    windows: examples.length,
    task: task.description,
  });
  const stepsAnEpoch = Math.ceil(examples.length / (options.batchSize * options.accumulation));
  const steps = stepsAnEpoch * options.epochs;
  const totalTokens = options.epochs * tokensOf(examples);
  try {
    const place: Place = (run.resume
      ? readCheckpoint(checkpointFolder, parts, task.parameters.shapes, fingerprint)
      : undefined) ?? {
      epoch: 1,
      stepOfEpoch: 0,
      bestEpoch: 0,
      bestScore: Number.NEGATIVE_INFINITY,
      precision: run.precision ?? choosePrecision().precision,
    };
    const stepsDone = () => (place.epoch - 1) * stepsAnEpoch + place.stepOfEpoch;
    const log = new MetricsLog(join(folder, 'metrics.jsonl'), { keepFirst: stepsDone() });
    const tell = (row: MetricsRow) => {
      log.add(row);
      run.onRow?.(log.rows);
    };
    const save = (next: Place) => writeCheckpoint(checkpointFolder, next, parts, fingerprint);
    const report = (finished: boolean): TrainingReport => ({
      finished,
      bestEpoch: place.bestEpoch,
      bestScore: place.bestScore,
      precision: place.precision,
      tokensPerSecond: timed.tokens / timed.seconds,
      rows: log.rows,
    });
    let tokens = log.rows.reduce((sum, row) => sum + (row.kind === 'step' ? row.tokens : 0), 0);
    const timed = { tokens: 0, seconds: 0 };
    let savedAt = performance.now();

    for (; place.epoch <= options.epochs; place.epoch++, place.stepOfEpoch = 0) {
      const batches = groupByLength(examples, options.batchSize, options.seed, place.epoch);
      for (; place.stepOfEpoch < stepsAnEpoch; place.stepOfEpoch++) {
        if (signal?.aborted) {
          save(place);
          return report(false);
        }
        const started = performance.now();
        const step = stepsDone();
        const first = place.stepOfEpoch * options.accumulation;
        const own = batches.slice(first, first + options.accumulation);
        const learningRate =
          options.learningRate * rateShare(options.schedule, step, steps, options.warmupShare);
        const outcome = takeStep(task, optimizer, own, options, {
          step,
          where: `epoch ${place.epoch}, batch ${place.stepOfEpoch + 1}`,
          learningRate,
          precision: place.precision,
        });
        average?.update();
        const seconds = (performance.now() - started) / 1000;
        const ownTokens = tokensOf(own.flat());
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
        if (isDue && place.stepOfEpoch + 1 < stepsAnEpoch) {
          save({ ...place, stepOfEpoch: place.stepOfEpoch + 1 });
          savedAt = performance.now();
        }
        // Lets displays, interrupts and the notebook's messages through.
        await new Promise(setImmediate);
      }
      const judge = async () => {
        const evaluation = await run.evaluate();
        if (evaluation.score > place.bestScore) {
          task.save(folder);
          place.bestEpoch = place.epoch;
          place.bestScore = evaluation.score;
        }
        return evaluation;
      };
      const evaluation = await (average ? average.inPlace(judge) : judge());
      tell({ kind: 'evaluation', step: stepsAnEpoch * place.epoch, epoch: place.epoch, ...evaluation });
      if (options.patience > 0 && place.epoch - place.bestEpoch >= options.patience) break;
      if (place.epoch < options.epochs) save({ ...place, epoch: place.epoch + 1, stepOfEpoch: 0 });
    }
    task.reload(folder);
    rmSync(checkpointFolder, { recursive: true, force: true });
    return report(true);
  } finally {
    progress.end();
    optimizer.dispose();
    average?.dispose();
  }
}

function tokensOf(examples: readonly { inputIds: Int32Array }[]): number {
  return examples.reduce((sum, { inputIds }) => sum + inputIds.length, 0);
}

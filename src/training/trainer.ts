import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type EntityClass, InputError, type Progress, silentProgress } from '../foundation';
import { createChance, download, free, Tape, type TokenClassifier, tidy, upload } from '../nn';
import { groupByLength, type TrainingBatch, toTrainingBatch } from './batching';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint';
import type { TrainingOptions } from './configuration';
import type { Example } from './examples';
import { maskedBinaryCrossEntropy } from './losses';
import { type EvaluationRow, MetricsLog, type MetricsRow, type StepRow } from './metrics-log';
import { AdamW, type Gradients, globalNorm } from './optimizer';
import { linearSchedule } from './schedule';

/** How good a model is on held-out sentences; a class without gold mentions is null. The mean decides which epoch is kept. */
export interface Evaluation {
  loss: number;
  f1: Record<EntityClass, number | null>;
  meanF1: number;
}

/** What a run that is killed loses at most. */
const CHECKPOINT_EVERY_MS = 10 * 60_000;

export interface TrainingRun {
  model: TokenClassifier;
  examples: readonly Example[];
  options: TrainingOptions;
  /** Receives the best model, `metrics.jsonl` and, while training lasts, a checkpoint. */
  folder: string;
  evaluate: (model: TokenClassifier) => Promise<Evaluation>;
  /** Goes on from the checkpoint in the folder, if there is one. */
  resume?: boolean;
  /** When it fires, training writes a checkpoint after the step under way and stops. */
  signal?: AbortSignal;
  progress?: Progress;
}

export interface TrainingReport {
  /** False where the run was interrupted. */
  finished: boolean;
  bestEpoch: number;
  bestMeanF1: number;
  /** Without padding and without the time of evaluations. */
  tokensPerSecond: number;
  rows: MetricsRow[];
}

/**
 * Fine-tunes a tagger and leaves the model of the best epoch in the folder and in memory. What a run does depends on its
 * examples, options and seed alone; a run that was interrupted and resumed takes the same steps as an undisturbed one.
 */
export async function train(run: TrainingRun): Promise<TrainingReport> {
  const { model, examples, options, folder, signal, progress = silentProgress } = run;
  if (examples.length === 0) throw new InputError('there is nothing to train on; give at least one sentence');
  mkdirSync(folder, { recursive: true });
  const optimizer = new AdamW(model.parameters, options.weightDecay);
  const checkpointFolder = join(folder, 'checkpoint');
  const fingerprint = JSON.stringify({ options, windows: examples.length, model: model.configuration });
  const resumed = run.resume ? readCheckpoint(checkpointFolder, model, optimizer, fingerprint) : undefined;
  const state: Checkpoint = resumed ?? { epoch: 1, batch: 0, bestEpoch: 0, bestMeanF1: -1 };
  const stepsAnEpoch = Math.ceil(examples.length / options.batchSize);
  const stepsDone = () => (state.epoch - 1) * stepsAnEpoch + state.batch;
  const log = new MetricsLog(join(folder, 'metrics.jsonl'), { keepFirst: stepsDone() });
  const steps = stepsAnEpoch * options.epochs;
  const totalTokens = options.epochs * examples.reduce((sum, { inputIds }) => sum + inputIds.length, 0);
  let tokens = log.rows.reduce((sum, row) => sum + (row.kind === 'step' ? row.tokens : 0), 0);
  let timed = { tokens: 0, seconds: 0 };
  let savedAt = performance.now();

  try {
    for (; state.epoch <= options.epochs; state.epoch++, state.batch = 0) {
      const batches = groupByLength(examples, options.batchSize, options.seed, state.epoch);
      for (; state.batch < batches.length; state.batch++) {
        if (signal?.aborted) {
          writeCheckpoint(checkpointFolder, state, model, optimizer, fingerprint);
          return report(false);
        }
        const started = performance.now();
        const step = stepsDone();
        const learningRate = linearSchedule(step, steps, options.learningRate, options.warmupShare);
        const batch = toTrainingBatch(batches[state.batch]);
        const { loss, gradientNorm } = takeStep(model, optimizer, batch, options, step, learningRate);
        const seconds = (performance.now() - started) / 1000;
        tokens += batch.tokens;
        timed = { tokens: timed.tokens + batch.tokens, seconds: timed.seconds + seconds };
        const rate = timed.tokens / timed.seconds;
        const row: StepRow = {
          kind: 'step',
          step: step + 1,
          epoch: state.epoch,
          loss,
          learningRate,
          gradientNorm,
          tokens: batch.tokens,
          tokensPerSecond: batch.tokens / seconds,
        };
        log.add(row);
        const left = formatDuration((totalTokens - tokens) / rate);
        progress.update(
          step + 1,
          steps,
          `| epoch ${state.epoch} of ${options.epochs} | loss ${loss.toFixed(4)} | ${rate.toFixed(0)} tokens/s | ${left} left`,
        );
        if (performance.now() - savedAt > CHECKPOINT_EVERY_MS && state.batch + 1 < batches.length) {
          writeCheckpoint(
            checkpointFolder,
            { ...state, batch: state.batch + 1 },
            model,
            optimizer,
            fingerprint,
          );
          savedAt = performance.now();
        }
        // Lets displays, interrupts and the notebook's messages through.
        await new Promise(setImmediate);
      }
      const evaluation = await run.evaluate(model);
      const row: EvaluationRow = {
        kind: 'evaluation',
        step: stepsAnEpoch * state.epoch,
        epoch: state.epoch,
        ...evaluation,
      };
      log.add(row);
      if (evaluation.meanF1 > state.bestMeanF1) {
        model.save(folder);
        state.bestEpoch = state.epoch;
        state.bestMeanF1 = evaluation.meanF1;
      }
      if (state.epoch < options.epochs) {
        writeCheckpoint(
          checkpointFolder,
          { ...state, epoch: state.epoch + 1, batch: 0 },
          model,
          optimizer,
          fingerprint,
        );
      }
    }
    model.reload(folder);
    rmSync(checkpointFolder, { recursive: true, force: true });
    return report(true);
  } finally {
    progress.end();
    optimizer.dispose();
  }

  function report(finished: boolean): TrainingReport {
    return {
      finished,
      bestEpoch: state.bestEpoch,
      bestMeanF1: state.bestMeanF1,
      tokensPerSecond: timed.tokens / timed.seconds,
      rows: log.rows,
    };
  }
}

function takeStep(
  model: TokenClassifier,
  optimizer: AdamW,
  batch: TrainingBatch,
  options: TrainingOptions,
  step: number,
  learningRate: number,
): { loss: number; gradientNorm: number } {
  const { loss, gradients } = lossAndGradients(model, batch, options.seed, step);
  try {
    const gradientNorm = globalNorm(gradients);
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
      throw new InputError(
        `training diverged at step ${step + 1}: the loss is ${loss}; lower the learning rate (the best model so far is kept)`,
      );
    }
    optimizer.update(gradients, learningRate, Math.min(1, options.clipNorm / gradientNorm));
    return { loss, gradientNorm };
  } finally {
    free(...gradients.values());
  }
}

/** Loss of a batch and the gradient of every parameter, with dropout drawn by seed and step. The caller frees them. */
export function lossAndGradients(
  model: TokenClassifier,
  batch: TrainingBatch,
  seed: number,
  step: number,
): { loss: number; gradients: Gradients } {
  return tidy(() => {
    const weights = model.parameters.read();
    const tape = new Tape(true, createChance(seed, step));
    try {
      const logits = model.logits(tape, weights, batch); // [batch * length, outputs]
      const { loss, gradient } = maskedBinaryCrossEntropy(
        logits,
        upload(batch.labels, logits.shape),
        upload(batch.known, logits.shape),
        batch.knownLabels,
      );
      const [value] = download(loss);
      const byTensor = tape.backward(logits, gradient);
      const gradients = new Map([...weights].map(([name, tensor]) => [name, byTensor.get(tensor)!]));
      return { loss: value, gradients };
    } finally {
      tape.dispose();
    }
  });
}

function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  return minutes >= 60
    ? `${Math.floor(minutes / 60)} h ${minutes % 60} min`
    : `${minutes}:${String(whole % 60).padStart(2, '0')} min`;
}

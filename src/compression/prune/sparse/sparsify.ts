import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { InputError, writeFileAtomically } from '../../../foundation';
import { type LabelNetwork, readSafetensors, setDropout, type Tensor } from '../../../nn';
import { labelTaskOf, type Task, withTask } from '../../../tasks';
import {
  learn,
  type RunOptions,
  rateShare,
  readLessons,
  stepsByEpoch,
  type TrainingReport,
} from '../../../training';
import type { Block } from './blocks';
import { isPrunable, leastScore, prunedTensors, scoresFor, sparseObjective } from './objective';
import type { SparsityConfiguration } from './options';

export interface SparsityRun extends RunOptions {
  /** Model folder of a trained tagger or classifier. */
  model: string;
  configuration: SparsityConfiguration;
  /** Where the configuration comes from, such as its file, for errors. */
  place: string;
  folder: string;
}

/** What zeros save: disk space, if the file is compressed or stores zeros compactly. The run time is unchanged. */
export interface SparsityReport {
  /** Share of nonzero weights: in the matrices of the encoder's layers, and in total. */
  density: { layers: number; all: number };
  /**
   * Bytes as saved; with gzip; and if the matrices of the layers were stored as a bitmask with the nonzero values, as compressed sparse rows
   * (16 bits for the column of each value), or as a bitmask with all matrices in 8 bits and a scale per row.
   */
  bytes: { dense: number; gzipped: number; bitmask: number; compressedRows: number; bitmaskInt8: number };
}

/**
 * Fine-tunes a model while setting weights to zero. Dev scores use the masks of the end of the schedule, and an epoch before that end is
 * not kept, so that the best epoch is a sparse one.
 */
export async function sparsify(run: SparsityRun): Promise<TrainingReport & SparsityReport> {
  const { folder } = run;
  if (resolve(run.model) === resolve(folder))
    throw new InputError(`${folder}: is the model's own folder; choose another one for the sparse model`);
  const report = await withTask(labelTaskOf(run.model), (task) => sparsifyTask(task, run));
  if (!report.finished)
    return {
      ...report,
      density: { layers: 1, all: 1 },
      bytes: { dense: 0, gzipped: 0, bitmask: 0, compressedRows: 0, bitmaskInt8: 0 },
    };
  const storage = measureStorage(folder);
  writeFileAtomically(join(folder, 'sparsity.json'), `${JSON.stringify(storage, null, 2)}\n`);
  return { ...report, ...storage };
}

async function sparsifyTask<Item, Example extends { inputIds: Int32Array }, Network extends LabelNetwork>(
  task: Task<Item, Example, Network>,
  run: SparsityRun,
): Promise<TrainingReport> {
  const { configuration, place } = run;
  const sparsity = { ...configuration.sparsity, learningRate: configuration.learningRate };
  const dense = task.load(run.model);
  const lessons = readLessons(task, configuration, { labels: dense.configuration.labels, place });
  const tensors = dense.parameters.snapshot();
  dense.dispose();
  refuseUntiled(tensors, sparsity.block, place);
  const model = task.build(
    dense.configuration,
    run.model,
    new Map([...tensors, ...scoresFor(tensors, sparsity)]),
  );
  setDropout(model.configuration.encoder, configuration.dropout);
  const { loss, focalGamma, labelSmoothing, classWeights } = configuration;
  try {
    return await learn({
      ...run,
      task,
      lessons,
      network: model,
      firstKept: Math.ceil(sparsity.end * configuration.epochs),
      objective(examples) {
        const steps = stepsByEpoch(examples, configuration).reduce((sum, own) => sum + own, 0);
        if (sparsity.method === 'soft_movement') refuseStandstill(steps, run);
        const lesson = { ...sparsity, loss, focalGamma, labelSmoothing, classWeights, steps };
        return sparseObjective(task, model, lesson);
      },
      async judge(evaluate) {
        const pruned = prunedTensors(model.parameters.snapshot(), sparsity);
        const judged = task.build(model.configuration, run.model, pruned);
        try {
          return await evaluate(judged);
        } finally {
          judged.dispose();
        }
      },
    });
  } finally {
    model.dispose();
  }
}

/** @throws InputError that names the first matrix of the layers that blocks of this size do not tile */
function refuseUntiled(tensors: ReadonlyMap<string, Tensor>, block: Block, place: string): void {
  for (const [name, { shape }] of tensors)
    if (block !== null && isPrunable(name, shape) && shape.some((extent) => extent % block !== 0))
      throw new InputError(
        `${place}: blocks of ${block} x ${block} do not tile ${name}, a matrix of ${shape.join(' x ')}; choose a "block" that divides both`,
      );
}

/**
 * Checks that scores can reach the threshold: Adam moves a score by at most about its learning rate per step, and even the score of
 * a zero weight must fall from 0 below the threshold.
 *
 * @throws InputError if the run is too short for any score, so that no weight would be removed
 */
function refuseStandstill(steps: number, { configuration, place }: SparsityRun): void {
  const { schedule, warmupShare, sparsity } = configuration;
  const rates = Array.from({ length: steps }, (_, step) => rateShare(schedule, step, steps, warmupShare));
  const least = -leastScore(1) / rates.reduce((sum, rate) => sum + rate, 0);
  if (sparsity.scoreRate < least)
    throw new InputError(
      `${place}: in ${steps} steps no score can fall far enough to remove a weight; raise "scoreRate" above ${least.toPrecision(2)}, better to twice that, or train longer`,
    );
}

/** Of a saved model. */
export function measureStorage(folder: string): SparsityReport {
  const path = join(folder, 'model.safetensors');
  const { layers, layersKept, all, allKept, ...bytes } = countWeights(path);
  const content = readFileSync(path);
  return {
    density: { layers: layersKept / layers, all: allKept / all },
    bytes: { dense: content.length, gzipped: gzipSync(content).length, ...bytes },
  };
}

/** Counts the weights, and the nonzero ones, of the encoder's layers and of the whole file; and bytes, as in `SparsityReport`. */
export function countWeights(path: string) {
  const count = { layers: 0, layersKept: 0, all: 0, allKept: 0 };
  const bits = { bitmask: 0, compressedRows: 0, bitmaskInt8: 0 };
  for (const [name, { shape, data }] of readSafetensors(path)) {
    const kept = data.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0);
    count.all += data.length;
    count.allKept += kept;
    const isMatrix = shape.length === 2;
    if (!isPrunable(name, shape)) {
      bits.bitmask += 32 * data.length;
      bits.compressedRows += 32 * data.length;
      bits.bitmaskInt8 += isMatrix ? 8 * data.length + 32 * shape[0] : 32 * data.length;
      continue;
    }
    count.layers += data.length;
    count.layersKept += kept;
    bits.bitmask += data.length + 32 * kept;
    bits.compressedRows += (32 + 16) * kept + 32 * (shape[0] + 1);
    bits.bitmaskInt8 += data.length + 8 * kept + 32 * shape[0];
  }
  const inBytes = (own: number) => Math.ceil(own / 8);
  return {
    ...count,
    bitmask: inBytes(bits.bitmask),
    compressedRows: inBytes(bits.compressedRows),
    bitmaskInt8: inBytes(bits.bitmaskInt8),
  };
}

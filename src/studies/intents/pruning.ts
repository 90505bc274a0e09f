import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  completeSparsity,
  cubicRise,
  type SparsityOptions,
  type SparsityReport,
  scoreRateFor,
} from '../../compression';
import { wilsonInterval } from '../../evaluation';
import { InputError, readJsonObject } from '../../foundation';
import { readSafetensors, WEIGHTS } from '../../nn';
import type { Curve, Row } from '../../visualization';
import { accuracyText } from '../tables';
import type { FinishedTrial, Trial } from '../trials';
import { KEPT_PRUNING } from './teacher';

/** Side of the blocks that are removed as a whole. */
const BLOCK = 32;

/** Ways to choose the weights that are set to zero. */
export const PRUNING_METHODS: Readonly<Record<string, Partial<SparsityOptions>>> = {
  magnitude: { method: 'magnitude' },
  movement: { method: 'movement' },
  [`movement, blocks of ${BLOCK}`]: { method: 'movement', block: BLOCK },
  'soft movement': { method: 'soft_movement' },
};

export interface PruningPlan {
  /** Folder of the trained model. */
  model: string;
  /** Shares of zeros at the end. Soft movement has a penalty instead, larger for a larger share. */
  sparsities: readonly number[];
  /** Steps of each training. */
  steps: number;
  /** What all trainings share. */
  recipe: Omit<Trial, 'name' | 'encoder'>;
}

/**
 * One trial per method and share of zeros, the models kept. Magnitude begins with hardly any zeros: it is trained as long as the others, so that
 * what pruning costs can be told from what the training gives.
 */
export function pruningTrials({ model, sparsities, steps, recipe }: PruningPlan): Trial[] {
  return Object.entries(PRUNING_METHODS).flatMap(([name, options]) => {
    const shares = options.method === 'magnitude' ? [FEWEST_ZEROS, ...sparsities] : sparsities;
    return shares.map((sparsity): Trial => {
      const soft = options.method === 'soft_movement';
      // The more zeros, the more the penalty has to outweigh the loss.
      const amount = soft ? { penalty: PENALTY * sparsity ** 2 } : { sparsity };
      const rate = options.method === 'magnitude' ? {} : { scoreRate: scoreRateFor(steps) };
      const title = soft
        ? `${name}, penalty ${Math.round(PENALTY * sparsity ** 2)}`
        : `${name}, ${Math.round(100 * sparsity)} % zeros`;
      return {
        ...recipe,
        name: title,
        encoder: model,
        keep: true,
        sparsity: { ...options, ...amount, ...rate },
      };
    });
  });
}

/** Share of zeros that changes nothing yet. */
const FEWEST_ZEROS = 0.01;

/** Penalty on the mean sigmoid of the scores for a target of 100 % zeros; set by experiment. */
const PENALTY = 1000;

/** What is known of a sparse model without its weights. */
export interface PrunedModel {
  name: string;
  method: string;
  /** Share of zeros in the matrices of the layers. */
  zeros: number;
  /** On the test texts. */
  accuracy: number;
  texts: number;
  bytes: SparsityReport['bytes'];
}

/** Sparse models of one run. */
export interface PruningFigures {
  epochs: number;
  models: PrunedModel[];
}

/** The figures of pruning trials, without their models. */
export const pruningFigures = (trials: readonly FinishedTrial[], epochs: number): PruningFigures => ({
  epochs,
  models: trials.map((trial) => ({
    name: trial.trial.name,
    method: methodOf(trial),
    zeros: 1 - trial.sparse!.density.layers,
    accuracy: trial.test.accuracy,
    texts: trial.test.texts,
    bytes: trial.sparse!.bytes,
  })),
});

/** Reads figures, by default those that are kept in the project; undefined if there are none. @throws InputError if they are damaged */
export function readKeptPruning(path = KEPT_PRUNING): PruningFigures | undefined {
  if (!existsSync(path)) return undefined;
  const kept = readJsonObject(path, 'the figures of sparse models', LARGEST);
  if (!Array.isArray(kept.models) || typeof kept.epochs !== 'number')
    throw new InputError(`${path}: has no "models" or no "epochs"; restore the file`);
  return kept as unknown as PruningFigures;
}

/** Bytes of such a file. */
const LARGEST = 1 << 20;

/** The method of a pruning trial. */
const methodOf = ({ trial: { sparsity } }: FinishedTrial): string =>
  Object.entries(PRUNING_METHODS).find(
    ([, { method, block }]) => method === sparsity!.method && block === sparsity!.block,
  )![0];

/** The trial with the most zeros of each method, the later of equals. */
export const strongestOf = (trials: readonly FinishedTrial[]): FinishedTrial[] => {
  const strongest = new Map<string, FinishedTrial>();
  for (const trial of trials) {
    const other = strongest.get(methodOf(trial));
    if (!other || trial.sparse!.density.layers <= other.sparse!.density.layers)
      strongest.set(methodOf(trial), trial);
  }
  return [...strongest.values()];
};

/** Accuracy against the share of zeros in the layers, one curve per method. */
export function pruningCurvesOf({ models }: PruningFigures): Curve[] {
  const methods = [...new Set(models.map(({ method }) => method))];
  return methods.map((name) => ({
    name,
    points: models
      .filter(({ method }) => method === name)
      .map(({ zeros, accuracy, texts }) => {
        const interval = wilsonInterval(Math.round(accuracy * texts), texts);
        return {
          x: 100 * zeros,
          value: accuracy,
          ...(interval && { low: interval[0], high: interval[1] }),
        };
      }),
  }));
}

/** The share of zeros in the course of a training, by its final share: from the first tenth to seven tenths of the steps. */
export function plannedSparsity(sparsities: readonly number[]): Curve[] {
  const { begin, end } = completeSparsity({}, 'the plan');
  return sparsities.map((sparsity) => ({
    name: `${100 * sparsity} %`,
    points: Array.from({ length: 41 }, (_, index) => ({
      x: 2.5 * index,
      value: sparsity * cubicRise(index / 40, { begin, end }),
    })),
  }));
}

/** One row per sparse model: zeros, accuracy, and what its file takes in five forms. */
export const pruningRows = ({ models }: PruningFigures): Row[] =>
  models.map(({ name, zeros, accuracy, texts, bytes }) => {
    const mebibytes = (own: number) => own / 2 ** 20;
    return {
      model: name,
      'zeros in the layers (%)': 100 * zeros,
      'accuracy (%), 95% interval': accuracyText(accuracy, texts),
      'as saved (MiB)': mebibytes(bytes.dense),
      'gzip (MiB)': mebibytes(bytes.gzipped),
      'bitmask and values (MiB)': mebibytes(bytes.bitmask),
      'compressed rows (MiB)': mebibytes(bytes.compressedRows),
      'bitmask, 8 bits (MiB)': mebibytes(bytes.bitmaskInt8),
    };
  });

/** The weights of one matrix before and after pruning, of those that were kept. */
export function keptWeights(
  before: string,
  after: string,
  matrix: string,
): { before: Float32Array; after: Float32Array } {
  const [old, now] = [before, after].map(
    (folder) => readSafetensors(join(folder, WEIGHTS)).get(matrix)!.data,
  );
  const kept = [...now.keys()].filter((index) => now[index] !== 0);
  return {
    before: Float32Array.from(kept, (index) => old[index]),
    after: Float32Array.from(kept, (index) => now[index]),
  };
}

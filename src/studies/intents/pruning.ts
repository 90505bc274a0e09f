import { join } from 'node:path';
import { completeSparsity, cubicRise, type SparsityOptions, scoreRateFor } from '../../compression';
import { wilsonInterval } from '../../evaluation';
import { readSafetensors, WEIGHTS } from '../../nn';
import type { Curve, Row } from '../../visualization';
import { accuracyText } from '../tables';
import type { FinishedTrial, Trial } from '../trials';

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

/** The method of a pruning trial. */
const methodOf = ({ trial: { sparsity } }: FinishedTrial): string =>
  Object.entries(PRUNING_METHODS).find(
    ([, { method, block }]) => method === sparsity!.method && block === sparsity!.block,
  )![0];

/** The trial with the most zeros of each method. */
export const strongestOf = (trials: readonly FinishedTrial[]): FinishedTrial[] => [
  ...new Map(trials.map((trial) => [methodOf(trial), trial])).values(),
];

/** Accuracy against the share of zeros in the layers, one curve per method. */
export function pruningCurvesOf(trials: readonly FinishedTrial[]): Curve[] {
  const methods = [...new Set(trials.map(methodOf))];
  return methods.map((name) => ({
    name,
    points: trials
      .filter((one) => methodOf(one) === name)
      .map(({ sparse, test: { accuracy, texts } }) => {
        const interval = wilsonInterval(Math.round(accuracy * texts), texts);
        return {
          x: 100 * (1 - sparse!.density.layers),
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

/** One row per sparse model: zeros, accuracy, and what its file takes in four forms. */
export const pruningRows = (trials: readonly FinishedTrial[]): Row[] =>
  trials.map(({ trial, sparse, test }) => {
    const { density, bytes } = sparse!;
    const mebibytes = (own: number) => own / 2 ** 20;
    return {
      model: trial.name,
      'zeros in the layers (%)': 100 * (1 - density.layers),
      'accuracy (%), 95% interval': accuracyText(test.accuracy, test.texts),
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

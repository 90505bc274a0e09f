import {
  add,
  type DeviceTensor,
  download,
  kernels,
  type LabelNetwork,
  type Tape,
  type Tensor,
  upload,
  type Weights,
} from '../../../nn';
import {
  type LabelTask,
  type LossOptions,
  type Objective,
  objectiveOf,
  savedWithout,
  type Task,
  withTask,
} from '../../../tasks';
import { blockSizes, overBlocks, sumOfBlocks } from './blocks';
import { cubicRise, type SparsityOptions } from './options';
import { maskSmallest } from './selection';

/** What determines the masks besides weights and scores. */
export interface MaskOptions extends SparsityOptions {
  /** Of the weights, at its peak. */
  learningRate: number;
}

/** The definition of a sparse task as plain data, so that another process can build the same task. */
export interface SparseLesson extends MaskOptions, LossOptions {
  /** Of the whole run. */
  steps: number;
}

const SCORES = 'pruning.scores.';
/** Weights whose score has a sigmoid below this at the end of the schedule are removed (soft_movement). */
const THRESHOLD = 0.1;

/**
 * Divisor that turns scores into parameters. The optimizer moves every parameter by about the learning rate of the weights, but
 * scores need their own, at least a hundred times as high.
 */
const scaleOf = ({ scoreRate, learningRate }: MaskOptions): number => scoreRate / learningRate;

/** The score below which a weight is removed (soft_movement); it rises with the schedule, as in the authors' code. */
export const leastScore = (rise: number): number => Math.log((THRESHOLD * rise) / (1 - THRESHOLD * rise));

/** Matrices of the encoder's layers; embeddings and head stay dense. */
export const isPrunable = (name: string, shape: readonly number[]): boolean =>
  shape.length === 2 && name.includes('.layer.') && !name.startsWith(SCORES);

/** A score for each weight or block that may be removed, for the methods that learn scores. */
export function scoresFor(
  parameters: ReadonlyMap<string, Tensor>,
  options: MaskOptions,
): Map<string, Tensor> {
  if (options.method === 'magnitude') return new Map();
  return new Map(
    [...parameters].flatMap(([name, matrix]): [string, Tensor][] => {
      if (!isPrunable(name, matrix.shape)) return [];
      const { shape, data } = blockSizes(matrix, options.block);
      return [[SCORES + name, { shape, data: firstScores(data, options) }]];
    }),
  );
}

/**
 * Initial scores grow with the weights' size, unlike in Sanh et al., whose scores start at 0 and are separated by many thousand
 * steps. With scores of 0, the first masks are random: Adam divides a score's gradient dW' W by its own size, in which W cancels, so
 * that after one step all scores are one rate above or below 0, whatever the size of the weight. A trained model that loses a random
 * half of its weights no longer works, and its gradients do not show which weights it needed.
 */
function firstScores(weight: Float32Array, options: MaskOptions): Float32Array {
  const size = Math.sqrt(weight.reduce((sum, value) => sum + value * value, 0) / weight.length) || 1;
  const factor = options.headStart / (size * scaleOf(options));
  return weight.map((value) => Math.abs(value) * factor);
}

/**
 * Mask with 1 where a weight is kept // [outputs, inputs]
 *
 * @param rise progress of the schedule, from 0 to 1
 */
export function maskOf(
  weight: Tensor,
  score: Float32Array | undefined,
  options: MaskOptions,
  rise: number,
): Float32Array {
  return overBlocks(maskOfBlocks(weight, score, options, rise), weight.shape, options.block);
}

/** The same with one number per block. */
function maskOfBlocks(
  weight: Tensor,
  score: Float32Array | undefined,
  options: MaskOptions,
  rise: number,
): Float32Array {
  if (options.method === 'soft_movement') {
    const least = leastScore(rise) / scaleOf(options);
    return score!.map((own) => (own > least ? 1 : 0));
  }
  const ranked = score ?? blockSizes(weight, options.block).data;
  const count = Math.round(options.sparsity * rise * ranked.length);
  return maskSmallest(ranked, count, score === undefined);
}

/** Applies the masks of the end of the schedule to a model's tensors and drops the scores. */
export function prunedTensors(
  parameters: ReadonlyMap<string, Tensor>,
  options: MaskOptions,
): Map<string, Tensor> {
  const pruned = new Map<string, Tensor>();
  for (const [name, { shape, data }] of parameters) {
    if (name.startsWith(SCORES)) continue;
    const mask =
      isPrunable(name, shape) && maskOf({ shape, data }, parameters.get(SCORES + name)?.data, options, 1);
    pruned.set(name, { shape, data: mask ? data.map((value, index) => value * mask[index]) : data });
  }
  return pruned;
}

/**
 * Trains a network with masked weights on its task. Masks depend only on parameters and step, so that a resumed run has the same
 * masks.
 *
 * @param network with the scores of `scoresFor`
 */
export function sparseObjective<Item, Example extends { inputIds: Int32Array }, Network extends LabelNetwork>(
  task: Task<Item, Example, Network>,
  network: Network,
  lesson: SparseLesson,
): Objective<Example> {
  const { configuration, source } = network;
  const inner = objectiveOf(task, network, lesson);
  return {
    ...inner,
    description: { inner: inner.description, lesson },
    blueprint: {
      module: __filename,
      export: remakeSparseObjective.name,
      arguments: [task.name, configuration, source, lesson],
    },
    loss(tape, weights, examples, random, step) {
      const rise = cubicRise(step / lesson.steps, lesson);
      const { masked, penalties } = maskWeights(tape, weights, lesson, rise);
      const loss = inner.loss(tape, masked, examples, random, step);
      return penalties.reduce((one, other) => add(tape, one, other), loss);
    },
    ...savedWithout(task, network, (tensors) => prunedTensors(tensors, lesson)),
  };
}

/** Rebuilds the objective in another process. */
export function remakeSparseObjective(
  parameters: ReadonlyMap<string, Tensor>,
  name: LabelTask,
  configuration: LabelNetwork['configuration'],
  source: string,
  lesson: SparseLesson,
): Objective<never> {
  return withTask(
    name,
    (task): Objective<never> => sparseObjective(task, task.build(configuration, source, parameters), lesson),
  );
}

/** Computes the masked weights and the penalty on scores. */
function maskWeights(tape: Tape, weights: Weights, lesson: SparseLesson, rise: number) {
  const masked = new Map<string, DeviceTensor>();
  const penalties: DeviceTensor[] = [];
  const scored = [...weights].filter(([name]) => name.startsWith(SCORES));
  const scores = scored.reduce((sum, [, { shape }]) => sum + shape[0] * shape[1], 0);
  for (const [name, weight] of weights) {
    const score = weights.get(SCORES + name);
    if (name.startsWith(SCORES)) continue;
    masked.set(name, isPrunable(name, weight.shape) ? maskWeight(tape, weight, score, lesson, rise) : weight);
    if (score && lesson.method === 'soft_movement')
      penalties.push(scorePenalty(tape, score, (lesson.penalty * rise) / scores, scaleOf(lesson)));
  }
  return { masked, penalties };
}

/**
 * W' = W M. Backward: dW = dW' M and, with the straight-through estimator for the mask (Sanh et al. 2020, section 4),
 * dS = dW' W for all weights, so that a removed weight can come back; of a block, the sum over its weights.
 */
function maskWeight(
  tape: Tape,
  weight: DeviceTensor,
  score: DeviceTensor | undefined,
  lesson: SparseLesson,
  rise: number,
): DeviceTensor {
  return tape.apply(score ? [weight, score] : [weight], () => {
    const matrix = { shape: [...weight.shape], data: download(weight) };
    const values = maskOf(matrix, score && download(score), lesson, rise);
    const mask = upload(values, weight.shape);
    return {
      output: kernels.multiply(weight, mask),
      saved: [mask, weight],
      backward: (dy) => {
        const dWeight = kernels.multiply(dy, mask);
        if (!score) return [dWeight];
        const slope = sumOfBlocks(kernels.multiply(dy, weight), lesson.block);
        return [dWeight, kernels.multiply(slope, scaleOf(lesson))];
      },
    };
  });
}

/** share × Σ σ(S); its derivative with respect to S is share × σ (1 - σ). */
function scorePenalty(tape: Tape, score: DeviceTensor, share: number, scale: number): DeviceTensor {
  return tape.apply([score], () => {
    const factor = upload(Float32Array.of(share), []);
    const open = kernels.sigmoid(kernels.multiply(score, scale));
    const slope = kernels.multiply(open, kernels.subtract(1, open));
    const gradient = kernels.multiply(kernels.multiply(slope, factor), scale);
    return {
      output: kernels.multiply(kernels.sumOfAll(open), factor),
      saved: [gradient],
      backward: (dy) => [kernels.multiply(gradient, dy)],
    };
  });
}

import type { Random } from '../../foundation';
import { drawNormalBetween, normalMass } from './normal';
import { clamp, type Range, type Setting, type Space, type Values } from './space';

/** A density over a space, estimated from values. */
export interface ParzenEstimator {
  draw(random: Random): Values;
  /** Natural logarithm of the density; for real parameters in their units or logarithms, for choices and integers a probability. */
  logDensity(values: Values): number;
}

/** One parameter of a mixture: a distribution around each observation, and the prior as the last. */
interface Kernels {
  draw(kernel: number, random: Random): Setting;
  logDensity(kernel: number, value: Setting): number;
}

/**
 * Parzen estimator (Bergstra et al. 2011, Algorithms for Hyper-Parameter Optimization, section 4): a mixture of one kernel per
 * observation and a broad one for the prior. A kernel is the product of one distribution per parameter, so the estimator captures
 * which values go together. Widths and weights are the defaults of Optuna 5.
 *
 * @param observed values of trials, in their order
 */
export function parzenEstimator(space: Space, observed: readonly Values[]): ParzenEstimator {
  const parameters = Object.entries(space).map(
    ([name, range]) =>
      [
        name,
        kernelsOf(
          range,
          observed.map((values) => values[name]),
        ),
      ] as const,
  );
  const weights = weightsOf(observed.length);
  return {
    draw(random) {
      const kernel = drawIndex(weights, random);
      return Object.fromEntries(parameters.map(([name, kernels]) => [name, kernels.draw(kernel, random)]));
    },
    logDensity(values) {
      const logs = weights.map((weight, kernel) =>
        parameters.reduce(
          (sum, [name, kernels]) => sum + kernels.logDensity(kernel, values[name]),
          Math.log(weight),
        ),
      );
      const largest = Math.max(...logs);
      return largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0));
    },
  };
}

/** The latest observations have full weight; older ones less, decreasing with age. */
const COUNTED_IN_FULL = 25;

function weightsOf(observations: number): number[] {
  const older = Math.max(0, observations - COUNTED_IN_FULL);
  const weights = Array.from({ length: observations }, (_, index) => {
    if (index >= older) return 1;
    const share = older === 1 ? 0 : index / (older - 1);
    return share + (1 - share) / observations;
  });
  weights.push(1); // the prior
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function kernelsOf(range: Range, observed: readonly Setting[]): Kernels {
  if ('choices' in range) return choiceKernels(range.choices, observed);
  const numbers = observed as readonly number[];
  if ('uniform' in range) return realKernels(...range.uniform, numbers);
  if ('integer' in range) return integerKernels(...range.integer, numbers);
  const [low, high] = range.logUniform;
  const logarithms = realKernels(Math.log(low), Math.log(high), numbers.map(Math.log));
  return {
    draw: (kernel, random) => clamp(Math.exp(logarithms.draw(kernel, random) as number), low, high),
    logDensity: (kernel, value) => logarithms.logDensity(kernel, Math.log(value as number)),
  };
}

/** The observed choice is more likely than the others, increasingly with the number of observations. */
function choiceKernels(choices: readonly Setting[], observed: readonly Setting[]): Kernels {
  const pseudocount = 1 / (observed.length + 1);
  const total = 1 + choices.length * pseudocount;
  const probabilities = [
    ...observed.map((value) => choices.map((choice) => ((choice === value ? 1 : 0) + pseudocount) / total)),
    choices.map(() => 1 / choices.length),
  ];
  return {
    draw: (kernel, random) => choices[drawIndex(probabilities[kernel], random)],
    logDensity: (kernel, value) => Math.log(probabilities[kernel][choices.indexOf(value)]),
  };
}

interface NormalKernel {
  mean: number;
  deviation: number;
  /** Probability mass of the normal distribution within the range. */
  mass: number;
}

function realKernels(low: number, high: number, observed: readonly number[]): Kernels {
  const kernels = normalKernels(low, high, observed);
  const atMean = kernels.map(({ deviation, mass }) => -Math.log(deviation * Math.sqrt(2 * Math.PI) * mass));
  return {
    draw(kernel, random) {
      const { mean, deviation } = kernels[kernel];
      return drawNormalBetween(random, mean, deviation, low, high);
    },
    logDensity(kernel, value) {
      const { mean, deviation } = kernels[kernel];
      return atMean[kernel] - (((value as number) - mean) / deviation) ** 2 / 2;
    },
  };
}

/** An integer represents everything that is rounded to it. */
function integerKernels(low: number, high: number, observed: readonly number[]): Kernels {
  const [from, to] = [low - 0.5, high + 0.5];
  const kernels = normalKernels(from, to, observed);
  return {
    draw(kernel, random) {
      const { mean, deviation } = kernels[kernel];
      return clamp(Math.round(drawNormalBetween(random, mean, deviation, from, to)), low, high);
    },
    logDensity(kernel, value) {
      const { mean, deviation, mass } = kernels[kernel];
      const at = (bound: number) => (bound - mean) / deviation;
      return Math.log(normalMass(at((value as number) - 0.5), at((value as number) + 0.5)) / mass);
    },
  };
}

/** Normal distributions around the observations, each as wide as the distance to its farther neighbour, within limits. */
function normalKernels(low: number, high: number, observed: readonly number[]): NormalKernel[] {
  const width = high - low;
  const narrowest = width / Math.min(100, observed.length + 2);
  const order = observed.map((_, index) => index).sort((one, other) => observed[one] - observed[other]);
  const kernels = new Array<NormalKernel>(observed.length + 1);
  const kernelOf = (mean: number, deviation: number): NormalKernel => ({
    mean,
    deviation,
    mass: normalMass((low - mean) / deviation, (high - mean) / deviation),
  });
  order.forEach((index, place) => {
    const mean = observed[index];
    const gaps = [place - 1, place + 1].map((neighbour) => Math.abs(observed[order[neighbour]] - mean));
    const toEnds = [mean - low, high - mean];
    // With a single observation, the ends of the range are its neighbours.
    const farthest = Math.max(...(order.length === 1 ? toEnds : gaps.filter((gap) => !Number.isNaN(gap))));
    kernels[index] = kernelOf(mean, clamp(farthest, narrowest, width));
  });
  kernels[observed.length] = kernelOf((low + high) / 2, width);
  return kernels;
}

/** Draws an index from probabilities that sum to 1. */
function drawIndex(probabilities: readonly number[], random: Random): number {
  let rest = random.next();
  const found = probabilities.findIndex((probability) => {
    rest -= probability;
    return rest < 0;
  });
  return found === -1 ? probabilities.length - 1 : found;
}

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../../foundation';
import { createSampler, type SamplerName } from './samplers';
import type { Space, Values } from './space';
import { densities, type ScoredValues } from './tpe';

/** Optuna's results; see fixtures/make_optuna.py. */
const optuna = JSON.parse(
  readFileSync(join(projectRoot, 'src', 'training', 'search', 'fixtures', 'optuna.json'), 'utf8'),
) as {
  states: { trials: Required<ScoredValues>[]; points: Values[]; good: number[]; others: number[] }[];
  best_values: Record<string, Record<'tpe' | 'random', number[]>>;
};

test('densities equal those of Optuna number for number', () => {
  const space: Space = {
    dropout: { uniform: [0, 0.5] },
    learningRate: { logUniform: [1e-6, 1e-2] },
    batchSize: { integer: [4, 40] },
    loss: { choices: ['bce', 'focal', 'smooth_focal'] },
  };
  for (const state of optuna.states) {
    const { good, others } = densities(space, state.trials);
    state.points.forEach((point, index) => {
      const where = `${state.trials.length} trials, point ${index}`;
      assert.ok(Math.abs(good.logDensity(point) - state.good[index]) < 1e-9, where);
      assert.ok(Math.abs(others.logDensity(point) - state.others[index]) < 1e-9, where);
    });
  }
});

const HARTMANN = [
  { weight: 1, scales: [10, 3, 17, 3.5, 1.7, 8], centre: [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886] },
  {
    weight: 1.2,
    scales: [0.05, 10, 17, 0.1, 8, 14],
    centre: [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  },
  {
    weight: 3,
    scales: [3, 3.5, 1.7, 10, 17, 8],
    centre: [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  },
  {
    weight: 3.2,
    scales: [17, 8, 0.05, 10, 0.1, 14],
    centre: [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
  },
];

/** Functions to minimize; the last resembles the tuning of a network. */
const problems: Record<string, { space: Space; compute: (values: Values) => number }> = {
  branin: {
    space: { x: { uniform: [-5, 10] }, y: { uniform: [0, 15] } },
    compute(values) {
      const { x, y } = values as Record<string, number>;
      const bowl = (y - (5.1 * x ** 2) / (4 * Math.PI ** 2) + (5 * x) / Math.PI - 6) ** 2;
      return bowl + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
    },
  },
  hartmann6: {
    space: Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`x${index}`, { uniform: [0, 1] }])),
    compute(values) {
      const x = Object.values(values) as number[];
      return -HARTMANN.reduce((sum, { weight, scales, centre }) => {
        const distance = x.reduce((all, one, index) => all + scales[index] * (one - centre[index]) ** 2, 0);
        return sum + weight * Math.exp(-distance);
      }, 0);
    },
  },
  tuning: {
    space: {
      learningRate: { logUniform: [1e-6, 1e-1] },
      loss: { choices: ['bce', 'focal', 'smooth_focal'] },
      batchSize: { integer: [1, 64] },
      dropout: { uniform: [0, 0.5] },
    },
    compute({ loss, ...values }) {
      const { learningRate, batchSize, dropout } = values as Record<string, number>;
      const [floor, bestExponent] = { bce: [0.5, -3], focal: [0, -4], smooth_focal: [1, -2] }[
        loss as 'bce' | 'focal' | 'smooth_focal'
      ];
      return (
        floor +
        (Math.log10(learningRate) - bestExponent) ** 2 +
        ((batchSize - 40) / 20) ** 2 +
        20 * (dropout - 0.1) ** 2
      );
    },
  },
};

const TRIALS = 60;
const SEEDS = 50;

function bestValues(name: SamplerName, { space, compute }: (typeof problems)[string]): number[] {
  return Array.from({ length: SEEDS }, (_, seed) => {
    const suggest = createSampler(name, space, seed);
    const ended: Required<ScoredValues>[] = [];
    for (let trial = 1; trial <= TRIALS; trial++) {
      const values = suggest(trial, ended);
      ended.push({ values, score: -compute(values) });
    }
    return -Math.max(...ended.map(({ score }) => score));
  });
}

/** Fraction of pairs in which a value of `ones` is smaller than one of `others` (the Mann-Whitney statistic, normalized). */
function chanceOfLess(ones: readonly number[], others: readonly number[]): number {
  const wins = ones.map((one) => others.filter((other) => one < other).length);
  return wins.reduce((sum, count) => sum + count, 0) / (ones.length * others.length);
}

/** Standard deviation of that fraction between two samples of 50 from one distribution: sqrt((50 + 50 + 1) / (12 * 50 * 50)). */
const NOISE = 0.058;

for (const [name, problem] of Object.entries(problems)) {
  test(`on ${name}, TPE in ${TRIALS} trials matches Optuna's, and beats random search`, (context) => {
    const theirs = optuna.best_values[name];
    const ours = bestValues('tpe', problem);
    const against = {
      tpe: chanceOfLess(ours, theirs.tpe),
      random: chanceOfLess(ours, theirs.random),
      chance: chanceOfLess(bestValues('random', problem), theirs.random),
    };
    context.diagnostic(JSON.stringify({ ...against, median: median(ours), theirs: median(theirs.tpe) }));
    assert.ok(Math.abs(against.tpe - 0.5) < 2 * NOISE, `against Optuna ${against.tpe}`);
    assert.ok(against.random > 0.5 + 4 * NOISE, `against chance ${against.random}`);
    assert.ok(Math.abs(against.chance - 0.5) < 2 * NOISE, `chance against chance ${against.chance}`);
  });
}

const median = (numbers: readonly number[]) =>
  [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)];

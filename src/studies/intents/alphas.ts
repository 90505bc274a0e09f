import { existsSync } from 'node:fs';
import { CONFIDENCE, studentT } from '../../evaluation';
import { InputError, readJsonObject, writeFileAtomically } from '../../foundation';
import type { Row } from '../../visualization';
import { accuracyText, devAccuracy, mean, withInterval } from '../tables';
import { runAllTrials, type Trial, type TrialsRun } from '../trials';
import { mixtureOf } from './mixture';
import { KEPT_ALPHAS } from './teacher';

/** One training of a comparison. */
export interface AlphaTraining {
  alpha: number;
  seed: number;
  /** Accuracy of the epoch that was kept. */
  dev: number;
  test: number;
}

/** Students that differ in their alpha and seed alone. */
export interface AlphaComparison {
  epochs: number;
  temperature: number;
  testTexts: number;
  trainings: AlphaTraining[];
}

export interface AlphaPlan {
  /** What all students share. */
  student: Omit<Trial, 'name' | 'seed'>;
  /** The teacher's folder. */
  teacher: string;
  alphas: readonly number[];
  seeds: readonly number[];
  epochs: number;
  temperature: number;
  /** JSON file to write. */
  out: string;
}

/** Trains a student per alpha and seed with the same number of epochs. */
export async function compareAlphas(
  { student, teacher, alphas, seeds, epochs, temperature, out }: AlphaPlan,
  run: TrialsRun,
): Promise<AlphaComparison> {
  const trainings: AlphaTraining[] = [];
  let testTexts = 0;
  for (const alpha of alphas) {
    const trials = seeds.map((seed) => ({
      ...student,
      ...mixtureOf({ alpha, temperature }, teacher),
      name: `alpha ${alpha}, seed ${seed}`,
      keep: false,
      seed,
      epochs,
    }));
    for (const finished of await runAllTrials(trials, run)) {
      trainings.push({
        alpha,
        seed: finished.trial.seed,
        dev: devAccuracy(finished),
        test: finished.test.accuracy,
      });
      testTexts = finished.test.texts;
    }
  }
  const comparison = { epochs, temperature, testTexts, trainings };
  writeFileAtomically(out, `${JSON.stringify(comparison)}\n`);
  return comparison;
}

/** Reads a comparison, by default the one that is kept in the project; undefined if there is none. @throws InputError if it is damaged */
export function readKeptAlphas(path = KEPT_ALPHAS): AlphaComparison | undefined {
  if (!existsSync(path)) return undefined;
  const kept = readJsonObject(path, 'a comparison of alphas', LARGEST);
  const { trainings, epochs, temperature, testTexts } = kept;
  if (
    !Array.isArray(trainings) ||
    ![epochs, temperature, testTexts].every((value) => typeof value === 'number')
  )
    throw new InputError(
      `${path}: lacks "trainings", "epochs", "temperature" or "testTexts"; restore the file`,
    );
  return kept as unknown as AlphaComparison;
}

/** Bytes of a comparison. */
const LARGEST = 1 << 20;

/**
 * One row per alpha: accuracy with its range over seeds, and what it gains over the first alpha with the same seeds, with Student's 95 % interval
 * over them.
 */
export function alphaRows({ trainings, testTexts }: AlphaComparison): Row[] {
  const alphas = [...new Set(trainings.map(({ alpha }) => alpha))];
  const of = (alpha: number) => trainings.filter((one) => one.alpha === alpha);
  const first = of(alphas[0]);
  return alphas.map((alpha, place) => {
    const own = of(alpha);
    const test = own.map((one) => one.test);
    const gains = own.flatMap((one) => {
      const other = first.find(({ seed }) => seed === one.seed);
      return other ? [one.test - other.test] : [];
    });
    return {
      student: `alpha ${alpha}`,
      seeds: own.length,
      'dev accuracy (%)': 100 * mean(own.map(({ dev }) => dev)),
      'range over seeds (%)': spread(own.map(({ dev }) => dev)),
      'test accuracy (%), 95% interval over queries': accuracyText(mean(test), testTexts),
      'test, range over seeds (%)': spread(test),
      [`gain over alpha ${alphas[0]} (points), 95% interval over seeds`]:
        place === 0 ? '–' : withInterval(mean(gains), overSeeds(gains)),
    };
  });
}

/** Student's interval of the mean of differences; none of fewer than two. */
function overSeeds(differences: readonly number[]): [number, number] | null {
  const count = differences.length;
  if (count < 2) return null;
  const middle = mean(differences);
  const variance = differences.reduce((sum, own) => sum + (own - middle) ** 2, 0) / (count - 1);
  const margin = studentT(count - 1, CONFIDENCE) * Math.sqrt(variance / count);
  return [middle - margin, middle + margin];
}

const spread = (shares: readonly number[]): string =>
  shares.length < 2
    ? 'one seed'
    : `${(100 * Math.min(...shares)).toFixed(1)} to ${(100 * Math.max(...shares)).toFixed(1)}`;

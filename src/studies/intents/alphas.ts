import { existsSync } from 'node:fs';
import { InputError, readJsonObject, writeFileAtomically } from '../../foundation';
import type { Row } from '../../visualization';
import { accuracyText, devAccuracy, mean } from '../tables';
import { type FinishedTrial, runAllTrials, type Trial, type TrialsRun } from '../trials';
import { mixtureOf } from './mixture';
import { KEPT_ALPHAS } from './teacher';

/** Students that differ in their alpha alone, as rows of a table. */
export interface AlphaComparison {
  epochs: number;
  temperature: number;
  rows: Row[];
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
  const rows: Row[] = [];
  for (const alpha of alphas) {
    const trials = seeds.map((seed) => ({
      ...student,
      ...mixtureOf({ alpha, temperature }, teacher),
      name: `alpha ${alpha}, seed ${seed}`,
      keep: false,
      seed,
      epochs,
    }));
    rows.push(studentRow(`alpha ${alpha}`, await runAllTrials(trials, run)));
  }
  const comparison = { epochs, temperature, rows };
  writeFileAtomically(out, `${JSON.stringify(comparison)}\n`);
  return comparison;
}

/** Reads a comparison, by default the one that is kept in the project; undefined if there is none. @throws InputError if it is damaged */
export function readKeptAlphas(path = KEPT_ALPHAS): AlphaComparison | undefined {
  if (!existsSync(path)) return undefined;
  const kept = readJsonObject(path, 'a comparison of alphas', LARGEST);
  if (!Array.isArray(kept.rows)) throw new InputError(`${path}: has no "rows"; restore the file`);
  return kept as unknown as AlphaComparison;
}

/** Bytes of a comparison. */
const LARGEST = 1 << 20;

/** One row for students that differ in their seed alone: dev and test accuracy, with their spread over seeds. */
function studentRow(student: string, trials: readonly FinishedTrial[]): Row {
  const dev = trials.map(devAccuracy);
  const test = trials.map(({ test: { accuracy } }) => accuracy);
  return {
    student,
    seeds: trials.length,
    'dev accuracy (%)': 100 * mean(dev),
    'range over seeds (%)': spread(dev),
    'test accuracy (%), 95% interval over queries': accuracyText(mean(test), trials[0].test.texts),
    'test, range over seeds (%)': spread(test),
  };
}

const spread = (shares: readonly number[]): string =>
  shares.length < 2
    ? 'one seed'
    : `${(100 * Math.min(...shares)).toFixed(1)} to ${(100 * Math.max(...shares)).toFixed(1)}`;

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readSearchRows, type SearchRow } from '../evaluation';
import { byLabel, InputError, projectRoot, readJsonObject } from '../foundation';
import { mean } from '../tasks';
import type { CrossCorpusScore, Row, SizedTraining } from '../visualization';
import { ENTITY_CLASSES } from './views';

/** Results of training runs that are included in the project; see data/search/README.md. */
export interface SearchStudy {
  trials: SearchRow[];
  /** Some of the trials' settings, trained on the whole corpora; columns as in `trials`. */
  wholeCorpora: SearchRow[];
  trainings: SizedRun[];
  seeds: SeedRun[];
  acrossCorpora: CrossCorpusScore[];
  /** One sentence for each missing table. */
  missing: string[];
}

/** A training of `npm run bench -- training-size`. */
export interface SizedRun extends SizedTraining {
  steps: number;
}

/** The model of notebook 3 trained with another seed, by `npm run bench -- seeds`. */
export interface SeedRun {
  seed: number;
  /** Strict span F1 on test, by corpus and label. */
  f1: Record<string, Record<string, number>>;
}

/** Reads the trainings by seed; none if the file does not exist. @throws InputError if it is damaged */
export const readSeeds = (path: string): SeedRun[] => readRows(path, 'a study of seeds') as SeedRun[];

function readRows(path: string, what: string): unknown[] {
  if (!existsSync(path)) return [];
  const { rows } = readJsonObject(path, what, 1 << 20);
  if (!Array.isArray(rows)) throw new InputError(`${path}: has no "rows"; restore the file`);
  return rows;
}

/** One row per corpus and class: the scores over all seeds. @param seeds of which each has the same corpora and classes */
export function seedTable(seeds: readonly SeedRun[]): Row[] {
  return Object.entries(seeds[0]?.f1 ?? {}).flatMap(([corpus, labels]) =>
    Object.keys(labels).map((label) => {
      const scores = seeds.map(({ f1 }) => f1[corpus][label]);
      const average = mean(scores)!;
      const squares = scores.reduce((sum, score) => sum + (score - average) ** 2, 0);
      return {
        ...{ corpus, label, seeds: scores.length, 'mean F1': average },
        'standard deviation': Math.sqrt(squares / Math.max(1, scores.length - 1)),
        ...{ lowest: Math.min(...scores), highest: Math.max(...scores) },
      };
    }),
  );
}

/** Reads the trainings by number of sentences; none if the file does not exist. @throws InputError if it is damaged */
export function readTrainingSizes(path: string): SizedRun[] {
  return (readRows(path, 'a study of training sizes') as SizedRun[]).map((row) => ({
    ...row,
    f1: byLabel(ENTITY_CLASSES, (label) => row.f1[label] ?? null), // in the order of all figures
  }));
}

/** Reads the tables of a folder; a missing table is empty and reported in `missing`. */
export function readSearchStudy(folder = join(projectRoot, 'data', 'search')): SearchStudy {
  const missing: string[] = [];
  const read = (name: string, what: string): SearchRow[] => {
    const path = join(folder, name);
    if (existsSync(path)) return readSearchRows(path);
    missing.push(absent(name, what));
    return [];
  };
  const finished = (rows: readonly SearchRow[]) => rows.filter(({ status }) => status === 'finished');
  const trials = finished(read('trials.csv', 'The search'));
  const wholeCorpora = finished(read('whole-corpora.csv', 'The ranking on the whole corpora'));
  const sizes = 'training-size.json';
  const trainings = readTrainingSizes(join(folder, sizes));
  if (trainings.length === 0) missing.push(absent(sizes, 'The effect of the number of training sentences'));
  const seeds = readSeeds(join(folder, 'seeds.json'));
  if (seeds.length === 0) missing.push(absent('seeds.json', 'The spread over seeds'));
  const across = read('cross-corpus.csv', 'The cross-corpus matrix');
  const f1Of = (row: SearchRow) =>
    byLabel(ENTITY_CLASSES, (_, index) => row[`test_Class_${index}_span_F1`] as number | null);
  return {
    trials,
    wholeCorpora,
    trainings,
    seeds,
    acrossCorpora: across.map((row) => ({
      trainedOn: String(row.trained_on),
      testedOn: String(row.tested_on),
      f1: f1Of(row),
    })),
    missing,
  };
}

const absent = (name: string, what: string): string =>
  `${what} cannot be shown: data/search/${name} is missing; data/search/README.md explains how to create it.`;

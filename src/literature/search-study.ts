import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readSearchRows, type SearchRow } from '../evaluation';
import { byLabel, projectRoot, readTextFile } from '../foundation';
import type { CrossCorpusScore, SizedTraining } from '../visualization';
import { ENTITY_CLASSES } from './views';

/** Results of training runs that are included in the project; see data/search/README.md. */
export interface SearchStudy {
  trials: SearchRow[];
  /** Some of the trials' settings, trained on the whole corpora; columns as in `trials`. */
  wholeCorpora: SearchRow[];
  trainings: SizedTraining[];
  acrossCorpora: CrossCorpusScore[];
  /** One sentence for each missing table. */
  missing: string[];
}

/** Reads the tables of a folder; a missing table is empty and reported in `missing`. */
export function readSearchStudy(folder = join(projectRoot, 'data', 'search')): SearchStudy {
  const missing: string[] = [];
  const read = (name: string, what: string): SearchRow[] => {
    const path = join(folder, name);
    if (existsSync(path)) return readSearchRows(path);
    missing.push(
      `${what} cannot be shown: data/search/${name} is missing; data/search/README.md explains how to create it.`,
    );
    return [];
  };
  const finished = (rows: readonly SearchRow[]) => rows.filter(({ status }) => status === 'finished');
  const trials = finished(read('trials.csv', 'The search'));
  const wholeCorpora = finished(read('whole-corpora.csv', 'The ranking on the whole corpora'));
  const sized = finished(read('training-size.csv', 'Learning curves over training-set size'));
  const across = read('cross-corpus.csv', 'The cross-corpus matrix');
  const f1Of = (row: SearchRow) =>
    byLabel(ENTITY_CLASSES, (_, index) => row[`test_Class_${index}_span_F1`] as number | null);
  const whole = sized.length > 0 ? trainingSentences(folder) : 0;
  return {
    trials,
    wholeCorpora,
    trainings: sized.map((row) => ({
      sentences: Math.ceil((row.share as number) * whole),
      seed: Number(row.seed ?? 1),
      f1: f1Of(row),
    })),
    acrossCorpora: across.map((row) => ({
      trainedOn: String(row.trained_on),
      testedOn: String(row.tested_on),
      f1: f1Of(row),
    })),
    missing,
  };
}

/** Reads the number of training sentences of the search from the file beside its tables. */
function trainingSentences(folder: string): number {
  const { train } = JSON.parse(readTextFile(join(folder, 'sentences.json'))) as { train: number };
  return train;
}

import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { InputError, type Progress, silentProgress } from '../../foundation';
import {
  createSampler,
  Journal,
  planRungs,
  ranked,
  runSearch,
  type ScoredTrial,
  type Space,
  type Values,
} from '../../training';
import type { Curve, Row } from '../../visualization';
import { accuracyText, devAccuracy } from '../tables';
import type { FinishedTrial } from '../trials';
import type { Mixture } from './mixture';

/** The settings that are searched; ranges include both ends. */
export const STUDENT_SPACE: Space = {
  epochs: { integer: [5, 10] },
  alpha: { uniform: [0, 1] },
  temperature: { integer: [2, 20] },
};

/** What a search decides about a student. */
export interface StudentSettings extends Mixture {
  epochs: number;
}

export interface StudentSearch {
  /** JSONL file with one line per trial, from which a stopped search resumes. */
  journal: string;
  trials: number;
  seed: number;
  /** What determines a trial besides the searched settings, such as the fingerprint of one; a journal of another is refused. */
  about: string;
  /** Trains a student with some settings. */
  train: (settings: StudentSettings, trial: number) => Promise<FinishedTrial>;
  progress?: Progress;
}

/**
 * Searches the settings of a student by TPE for the highest accuracy on the dev texts, of the epoch that a training keeps. The test part plays no
 * role. Returns the trials in their order.
 */
export async function searchStudents({
  journal: path,
  trials,
  seed,
  about,
  train,
  progress = silentProgress,
}: StudentSearch): Promise<ScoredTrial[]> {
  mkdirSync(dirname(path), { recursive: true });
  const journal = Journal.open(path, { space: STUDENT_SPACE, sampler: 'tpe', seed, about });
  await runSearch(journal, {
    rungs: planRungs(trials),
    suggest: createSampler('tpe', STUDENT_SPACE, seed),
    workers: 1,
    progress,
    async run({ values, trial }) {
      const { evaluations, bestEpoch, trainingSeconds } = await train(settingsOf(values), trial);
      const { loss, score } = evaluations[bestEpoch - 1];
      return {
        score: devAccuracy({ evaluations, bestEpoch }),
        metrics: { loss, macroF1: score, bestEpoch, trainingSeconds },
      };
    },
  });
  const scored = ranked(journal.records);
  return scored.sort((one, other) => one.trial - other.trial);
}

/**
 * Reads the trials of a finished search; none if there is no journal.
 *
 * @throws InputError if it is damaged, of another search, or has other than that many trials
 */
export function readStudentSearch(
  path: string,
  { trials, seed, about }: Pick<StudentSearch, 'trials' | 'seed' | 'about'>,
): ScoredTrial[] {
  if (!existsSync(path)) return [];
  const { records } = Journal.open(path, { space: STUDENT_SPACE, sampler: 'tpe', seed, about });
  const scored = ranked(records).sort((one, other) => one.trial - other.trial);
  if (scored.length !== trials)
    throw new InputError(
      `${path}: has ${scored.length} finished trials, ${trials} were planned; finish the search with the profile full, or restore the file`,
    );
  return scored;
}

/** The settings of the best trial, the earliest of equals; `otherwise` if there is none. */
export function bestStudent(trials: readonly ScoredTrial[], otherwise: StudentSettings): StudentSettings {
  if (trials.length === 0) return otherwise;
  return settingsOf(trials.reduce((one, other) => (other.score > one.score ? other : one)).values);
}

const settingsOf = ({ epochs, alpha, temperature }: Values): StudentSettings => ({
  epochs: Number(epochs),
  alpha: Number(alpha),
  temperature: Number(temperature),
});

/** The score of each trial, and the best so far. */
export const searchCurves = (trials: readonly ScoredTrial[]): Curve[] => [
  { name: 'trial', points: trials.map(({ trial, score }) => ({ x: trial, value: score })) },
  {
    name: 'best so far',
    points: trials.map(({ trial }, index) => ({
      x: trial,
      value: Math.max(...trials.slice(0, index + 1).map(({ score }) => score)),
    })),
  },
];

/**
 * One row per trial, the best first; a value at an end of its range is marked, since the best may lie beyond.
 *
 * @param texts dev texts, for the interval
 */
export function searchRows(trials: readonly ScoredTrial[], texts: number): Row[] {
  return [...trials]
    .sort((one, other) => other.score - one.score || one.trial - other.trial)
    .map(({ trial, values, score, metrics, seconds }) => ({
      trial,
      ...Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, withEdge(name, Number(value))]),
      ),
      // With two decimals: trials differ by less than a point.
      'dev accuracy (%), 95% interval': accuracyText(score, texts, 2),
      'dev loss': metrics.loss,
      'kept epoch': metrics.bestEpoch,
      'time (s)': seconds,
    }));
}

function withEdge(name: string, value: number): string {
  const text = Number.isInteger(value) ? String(value) : value.toFixed(3);
  return isAtEdge(name, value) ? `${text} (end of the range)` : text;
}

/** Within a fiftieth of the range of one of its ends. */
function isAtEdge(name: string, value: number): boolean {
  const range = STUDENT_SPACE[name];
  const [low, high] = 'integer' in range ? range.integer : 'uniform' in range ? range.uniform : [0, 0];
  return Math.min(value - low, high - value) <= (high - low) / 50;
}

/** Which of the settings lie at an end of their range, in a sentence. */
export function edgesOf(settings: StudentSettings): string {
  const edges = Object.entries(settings).filter(([name, value]) => isAtEdge(name, value));
  return edges.length === 0
    ? 'No setting of the best trial lies at an end of its range.'
    : `At an end of its range, so that better values may lie beyond: ${edges.map(([name, value]) => `${name} ${Number(value.toFixed(3))}`).join(', ')}.`;
}

/** How each setting moves with the accuracy over the trials: Spearman's rank correlation. */
export function importanceRows(trials: readonly ScoredTrial[]): Row[] {
  const scores = ranksOf(trials.map(({ score }) => score));
  return Object.keys(STUDENT_SPACE).map((setting) => ({
    setting,
    'rank correlation with dev accuracy': correlationOf(
      ranksOf(trials.map(({ values }) => Number(values[setting]))),
      scores,
    ),
  }));
}

/** Ranks from 1; equal numbers share the mean of theirs. */
function ranksOf(numbers: readonly number[]): number[] {
  return numbers.map((own) => {
    const below = numbers.filter((other) => other < own).length;
    const equal = numbers.filter((other) => other === own).length;
    return below + (equal + 1) / 2;
  });
}

/** Pearson's; null if one of both does not vary. */
function correlationOf(one: readonly number[], other: readonly number[]): number | null {
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, own) => sum + own, 0) / numbers.length;
  const [meanOne, meanOther] = [mean(one), mean(other)];
  const sum = (pair: (index: number) => number) => one.reduce((total, _, index) => total + pair(index), 0);
  const both = sum((index) => (one[index] - meanOne) * (other[index] - meanOther));
  const spread = Math.sqrt(
    sum((index) => (one[index] - meanOne) ** 2) * sum((index) => (other[index] - meanOther) ** 2),
  );
  return spread > 0 ? both / spread : null;
}

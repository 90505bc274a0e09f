import type { Values } from './space';

/** One trial with its values, on one rung (see rungs.ts). */
export interface TrialTask {
  /** From 1. */
  trial: number;
  /** From 0; only successive halving has more than one. */
  rung: number;
  /** Fraction of the sentences or epochs that the trial may use on this rung. */
  share: number;
  values: Values;
}

/** The outcome of a successful task. */
export interface Score {
  /** The quantity that the search maximizes. */
  score: number;
  /** Further metrics of the trial; null if there was nothing to measure. */
  metrics: Readonly<Record<string, number | null>>;
}

/** Why a task failed. */
export interface Failure {
  failed: string;
}

export type Outcome = Score | Failure;

export interface EndedTask extends TrialTask {
  /** Number of records when its values were chosen, from which they follow. */
  saw: number;
  seconds: number;
}

/** A finished task: a line of the journal. */
export type TrialRecord = EndedTask & Outcome;
export type ScoredTrial = EndedTask & Score;

/** Returns the records best first; on ties, the smaller number first. Failed ones are left out. */
export function ranked(records: readonly TrialRecord[]): ScoredTrial[] {
  return records
    .filter((record) => 'score' in record)
    .sort((one, other) => other.score - one.score || one.trial - other.trial);
}

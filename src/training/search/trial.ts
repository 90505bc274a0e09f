import type { Values } from './space';

/** A piece of work: one trial with its values, on one rung (see rungs.ts). */
export interface TrialTask {
  /** From 1 on. */
  trial: number;
  /** From 0 on; only successive halving has more than one. */
  rung: number;
  /** Of the sentences or epochs that the trial may have on this rung. */
  share: number;
  values: Values;
}

/** What came of a task that succeeded. */
export interface Score {
  /** What the search makes large. */
  score: number;
  /** What else is told of the trial; null where there was nothing to measure. */
  metrics: Readonly<Record<string, number | null>>;
}

/** Why a task came to nothing. */
export interface Failure {
  failed: string;
}

export type Outcome = Score | Failure;

export interface EndedTask extends TrialTask {
  /** How many records there were when its values were chosen: what it could learn from. */
  saw: number;
  seconds: number;
}

/** A task that ended: a line of the journal. */
export type TrialRecord = EndedTask & Outcome;
export type ScoredTrial = EndedTask & Score;

/** Best first; of equals, the one with the smaller number. Failed ones are left out. */
export function ranked(records: readonly TrialRecord[]): ScoredTrial[] {
  return records
    .filter((record) => 'score' in record)
    .sort((one, other) => other.score - one.score || one.trial - other.trial);
}

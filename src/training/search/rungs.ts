import type { Suggest } from './samplers';
import { ranked, type TrialRecord, type TrialTask } from './trial';

/** A round of a search: a number of trials, each with a fraction of the resource. A search without halving has one. */
export interface Rung {
  share: number;
  trials: number;
}

export interface Halving {
  /** Number of rungs: one more than the number of halvings. */
  rungs: number;
  /** Each rung has this many times fewer trials, each with this many times more of the resource. */
  factor: number;
}

/**
 * Plans successive halving (Jamieson & Talwalkar 2016, arXiv:1502.07943), sized as a bracket of Hyperband (Li et al. 2018, JMLR
 * 18:185): all trials start with a small share, the best of each rung advance, and the last rung has the full resource.
 */
export function planRungs(trials: number, { rungs, factor }: Halving = { rungs: 1, factor: 1 }): Rung[] {
  return Array.from({ length: rungs }, (_, rung) => ({
    share: factor ** (rung + 1 - rungs),
    trials: Math.max(1, Math.floor(trials / factor ** rung)),
  }));
}

/**
 * Returns the next task, or undefined while the next rung waits for running tasks of this one, and at the end. Depends only on the
 * records, so a search can resume; if trials are added, others may advance, and their tasks are added.
 */
export function nextTask(
  rungs: readonly Rung[],
  suggest: Suggest,
  records: readonly TrialRecord[],
  running: readonly TrialTask[],
): TrialTask | undefined {
  let field = Array.from({ length: rungs[0].trials }, (_, index) => index + 1);
  for (const [rung, { share, trials }] of rungs.entries()) {
    const below = recordsOf(field, rung - 1, records);
    if (rung > 0)
      field = ranked(below)
        .slice(0, trials)
        .map(({ trial }) => trial);
    const ended = new Set(recordsOf(field, rung, records).map(({ trial }) => trial));
    const begun = new Set(running.filter((task) => task.rung === rung).map(({ trial }) => trial));
    const trial = field.find((number) => !ended.has(number) && !begun.has(number));
    if (trial !== undefined) {
      const known = below.find((record) => record.trial === trial);
      return { trial, rung, share, values: known?.values ?? suggest(trial, firstRung(records)) };
    }
    if (ended.size < field.length) return undefined;
  }
  return undefined;
}

/** By number, since the order in which workers finish is random. */
function firstRung(records: readonly TrialRecord[]): TrialRecord[] {
  return records.filter(({ rung }) => rung === 0).sort((one, other) => one.trial - other.trial);
}

function recordsOf(field: readonly number[], rung: number, records: readonly TrialRecord[]): TrialRecord[] {
  const chosen = new Set(field);
  return records.filter((record) => record.rung === rung && chosen.has(record.trial));
}

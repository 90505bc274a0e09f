import { formatDuration, type Progress, silentProgress } from '../../foundation';
import type { Journal } from './journal';
import { nextTask, type Rung } from './rungs';
import type { Suggest } from './samplers';
import { type Outcome, ranked, type ScoredTrial, type TrialRecord, type TrialTask } from './trial';

export interface Search {
  rungs: readonly Rung[];
  suggest: Suggest;
  /** Runs a task. A failure is an outcome; when the signal fires, it throws. */
  run: (task: TrialTask, signal: AbortSignal) => Promise<Outcome>;
  /** Number of concurrent tasks; with more than one, the trials that a suggestion sees depend on which finish first. */
  workers: number;
  /** When it fires, running tasks are abandoned and the search stops. */
  signal?: AbortSignal;
  progress?: Progress;
  onTrial?: (record: TrialRecord) => void;
}

/** Runs the tasks that are not yet in the journal. Returns false if stopped before the end. */
export async function runSearch(journal: Journal, search: Search): Promise<boolean> {
  const { rungs, suggest, run, workers, onTrial, progress = silentProgress } = search;
  const { records } = journal;
  const failure = new AbortController();
  const signal = AbortSignal.any([failure.signal, ...(search.signal ? [search.signal] : [])]);
  const running = new Map<TrialTask, Promise<void>>();
  const tell = progressTeller(rungs, records, progress);

  const work = async (task: TrialTask) => {
    const started = performance.now();
    const saw = records.length;
    const outcome = await run(task, signal).catch((error) => {
      if (!signal.aborted) throw error;
    });
    running.delete(task);
    // A trial that was killed together with the search has not failed.
    if (!outcome || (signal.aborted && 'failed' in outcome)) return;
    const seconds = Math.round(performance.now() - started) / 1000;
    journal.append({ ...task, saw, seconds, ...checked(outcome) });
    onTrial?.(records[records.length - 1]);
  };

  try {
    for (;;) {
      tell();
      while (!signal.aborted && running.size < workers) {
        const task = nextTask(rungs, suggest, records, [...running.keys()]);
        if (!task) break;
        running.set(task, work(task));
      }
      if (running.size === 0) return !signal.aborted;
      await Promise.race(running.values());
    }
  } finally {
    failure.abort();
    await Promise.allSettled(running.values());
    progress.end();
  }
}

/** A score that is not a number cannot be compared. */
function checked(outcome: Outcome): Outcome {
  if ('failed' in outcome || Number.isFinite(outcome.score)) return outcome;
  return { failed: `its score is ${outcome.score}` };
}

/** Returns the result of a search: the best of the trials with the full resource. */
export function bestRecord(records: readonly TrialRecord[]): ScoredTrial | undefined {
  return ranked(records.filter(({ share }) => share === 1))[0];
}

/** Reports finished tasks, the best trial and the remaining time, estimated from the remaining resource and the speed so far. */
function progressTeller(rungs: readonly Rung[], records: readonly TrialRecord[], progress: Progress) {
  const started = performance.now();
  const before = resourceOf(records);
  const tasks = rungs.reduce((sum, { trials }) => sum + trials, 0);
  const resource = rungs.reduce((sum, { trials, share }) => sum + trials * share, 0);
  return () => {
    const done = resourceOf(records);
    const seconds = (performance.now() - started) / 1000;
    const left = (seconds * Math.max(0, resource - done)) / (done - before);
    const best = bestRecord(records) ?? ranked(records)[0];
    const notes = [
      best && `best ${best.score.toFixed(3)} (trial ${best.trial})`,
      Number.isFinite(left) && `${formatDuration(left)} left`,
    ];
    const total = Math.max(tasks, records.length);
    const note = notes.flatMap((text) => (text ? [`| ${text}`] : [])).join(' ');
    progress.update(records.length, total, note);
  };
}

function resourceOf(records: readonly TrialRecord[]): number {
  return records.reduce((sum, { share }) => sum + share, 0);
}

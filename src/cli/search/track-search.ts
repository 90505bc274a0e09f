import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import {
  bestRecord,
  originTags,
  type RunStatus,
  readMetrics,
  readRunId,
  rowMetrics,
  settingsOf,
  type TrialRecord,
  trackingAddress,
  trackRun,
  writeRunId,
} from '../../training';
import { notice } from '../output';
import type { TrackOptions } from '../tracking';
import type { SearchPlan } from './plan';

export interface TrackedSearch {
  /** @param records of earlier parts of the search; grows while it runs */
  begin(records: readonly TrialRecord[]): void;
  /** @param folder of the trial, with its metrics.jsonl */
  trial(record: TrialRecord, folder: string): void;
  /** Resolves when everything is sent, or kept for later. */
  end(status: RunStatus): Promise<void>;
}

/**
 * Tracks a search, if the options ask for it: one run for the search, with a child run for each finished trial. A resumed search
 * continues its run.
 */
export function trackSearch(
  { track, experiment }: TrackOptions,
  plan: SearchPlan,
  out: string,
): TrackedSearch {
  if (!track) return { begin() {}, trial() {}, async end() {} };
  const { space, sampler, seed, halving } = plan;
  trackingAddress(track); // Checked before any work.
  const name = basename(resolve(out));
  const common = {
    ...{ address: track, experiment, notify: notice },
    tags: originTags('falconframes search'),
  };
  const idFile = join(out, 'tracked-run.txt');
  const trials: Promise<void>[] = [];
  let known: readonly TrialRecord[] = [];
  let search: ReturnType<typeof trackRun> | undefined;

  return {
    begin(records) {
      known = records;
      search = trackRun({
        ...common,
        name,
        parameters: { sampler, seed, ...halving, ...space.fixed, ...space.parameters },
        id: readRunId(idFile, notice),
      });
      writeRunId(idFile, search.id);
    },
    trial(record, folder) {
      const { trial, share, values, seconds } = record;
      const run = trackRun({
        ...common,
        name: `${name} ${basename(folder)}`,
        parameters: { ...settingsOf(space, values), share },
        started: Date.now() - 1000 * seconds,
        parent: search?.id,
      });
      const path = join(folder, 'metrics.jsonl');
      const rows = readMetrics(path);
      for (const row of rows) run.metrics(rowMetrics(row), row.step);
      if ('score' in record) {
        const { score, metrics } = record;
        const measured = Object.entries(metrics).filter((pair): pair is [string, number] => pair[1] !== null);
        run.metrics({ score, ...Object.fromEntries(measured) }, rows.at(-1)?.step ?? 0);
        const best = bestRecord(known);
        search?.metrics({ score, ...(best && { 'best score': best.score }) }, trial);
      }
      trials.push(run.end('score' in record ? 'FINISHED' : 'FAILED'));
    },
    async end(status) {
      for (const file of ['search.jsonl', 'trials.csv', 'best.json'])
        if (existsSync(join(out, file))) search?.artifacts(join(out, file), 'search');
      await Promise.all([...trials, search?.end(status)]);
    },
  };
}

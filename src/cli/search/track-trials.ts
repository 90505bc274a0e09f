import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import {
  originTags,
  readMetrics,
  rowMetrics,
  type SearchSpace,
  settingsOf,
  type TrialRecord,
  trackRun,
} from '../../training';
import { notice } from '../output';
import type { TrackOptions } from '../tracking';

/** Tracks each trial as a run of its own when it has ended, where the options say so. */
export function trackTrials({ track: address, experiment }: TrackOptions, space: SearchSpace, out: string) {
  const underway: Promise<void>[] = [];
  const tags = address ? { ...originTags('falconframes search'), search: basename(resolve(out)) } : {};
  return {
    /** @param folder of the trial, with its metrics.jsonl */
    add(record: TrialRecord, folder: string): void {
      if (!address) return;
      const { share, values, seconds } = record;
      const run = trackRun({
        ...{ address, experiment, tags, notify: notice },
        name: `${basename(resolve(out))} ${basename(folder)}`,
        parameters: { ...settingsOf(space, values), share },
        started: Date.now() - 1000 * seconds,
      });
      const path = join(folder, 'metrics.jsonl');
      const rows = existsSync(path) ? readMetrics(path) : [];
      for (const row of rows) run.metrics(rowMetrics(row), row.step);
      if ('score' in record) {
        const { score, metrics } = record;
        const known = Object.entries(metrics).filter((entry): entry is [string, number] => entry[1] !== null);
        run.metrics({ score, ...Object.fromEntries(known) }, rows.at(-1)?.step ?? 0);
      }
      underway.push(run.end('score' in record ? 'FINISHED' : 'FAILED'));
    },
    /** Resolves when all trials are tracked, or kept for later. */
    async end(): Promise<void> {
      await Promise.all(underway);
    },
  };
}

import { statSync } from 'node:fs';
import type { ArtifactEntry, Entry, MetricsEntry } from './entries';
import type { Journal } from './journal';
import { type Patience, ServerError } from './request';
import {
  endRun,
  logMetrics,
  logParameters,
  METRICS_A_REQUEST,
  openRun,
  type ServerRun,
  uploadArtifact,
} from './server';

export type Notify = (sentence: string) => void;

/**
 * Returns a function that sends the unsent entries of a journal. It can be called again: it continues where it stopped, and entries
 * sent twice take effect once. Entries that the server rejects are reported and skipped.
 *
 * Rejects with ServerError if the server cannot be reached.
 */
export function createDelivery(journal: Journal, patience: Patience, notify: Notify): () => Promise<void> {
  const { start, unsent } = journal;
  const about = `the run "${start.name}" at ${start.address}`;
  let run: ServerRun | undefined;

  const unlessRefused = async (what: string, sent: Promise<void>): Promise<void> => {
    try {
      await sent;
    } catch (error) {
      if (!(error instanceof ServerError && error.isRefusal)) throw error;
      notify(`${about} lacks ${what}: ${error.message}`);
    }
  };

  const open = async (): Promise<ServerRun> => {
    const opened = await openRun({ address: start.address, ...patience }, start);
    await unlessRefused('parameters', logParameters(opened, start.parameters));
    return opened;
  };

  /** Sends the oldest entry, or as many metrics as fit into one request; returns the number sent. */
  const sendNext = async (to: ServerRun): Promise<number> => {
    const [oldest] = unsent;
    if (oldest.kind === 'metrics') {
      const batch = firstMetrics(unsent);
      await unlessRefused('metrics', logMetrics(to, batch));
      return batch.length;
    }
    if (oldest.kind === 'end') await unlessRefused('its end', endRun(to, oldest));
    else if (isUnchanged(oldest)) await unlessRefused(oldest.path, uploadArtifact(to, oldest));
    else
      notify(`${about} lacks ${oldest.path}: ${oldest.file} was changed or removed before it could be sent`);
    return 1;
  };

  return async () => {
    try {
      run ??= await open();
      while (unsent.length > 0) journal.markSent(await sendNext(run));
    } catch (error) {
      // A server that restarted with another database does not know the run.
      if (error instanceof ServerError && error.status === 404) run = undefined;
      throw error;
    }
  };
}

/** Returns the leading metrics that fit into one request; at least one entry. */
function firstMetrics(entries: readonly Entry[]): MetricsEntry[] {
  const batch: MetricsEntry[] = [];
  let count = 0;
  for (const entry of entries) {
    if (entry.kind !== 'metrics') break;
    count += Object.keys(entry.values).length;
    if (batch.length > 0 && count > METRICS_A_REQUEST) break;
    batch.push(entry);
  }
  return batch;
}

function isUnchanged({ file, bytes, modified }: ArtifactEntry): boolean {
  const now = statSync(file, { throwIfNoEntry: false });
  return now?.isFile() === true && now.size === bytes && now.mtimeMs === modified;
}

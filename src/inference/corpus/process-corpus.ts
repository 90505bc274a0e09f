import { availableParallelism } from 'node:os';
import { batchesOf, sizeOf } from './batches';
import type { Source } from './sources';
import type { BatchResult, WorkerSettings } from './work';
import { WorkerPool } from './worker-pool';

export interface ProcessCorpusOptions extends WorkerSettings {
  /** Number of threads, each with its own model; default: one per core. */
  workers?: number;
}

/** The results of a batch of sources. */
export interface ProcessedBatch extends BatchResult {
  sources: number;
  bytes: number;
}

/** Batches in memory per worker: the current one, and some that wait for it, or that are finished and wait for a slower earlier one. */
const BATCHES_A_WORKER = 4;
/** Maximum total size of the batches in memory, as measured by `sizeOf`. A single larger batch is allowed. */
const MOST_HELD = 1 << 26;

/**
 * Annotates or classifies, depending on `work`, any number of sources in worker threads. Results come in source order and do not depend
 * on the number of workers. Sources are read only as fast as results are consumed, so that memory does not grow with their number.
 *
 * @throws InputError if the model cannot be used; damaged sources are reported in the result
 */
export async function* processCorpus(
  sources: AsyncIterable<Source>,
  { workers = availableParallelism(), ...settings }: ProcessCorpusOptions,
): AsyncGenerator<ProcessedBatch> {
  const pool = new WorkerPool(settings, workers);
  try {
    const inOrder: { processed: Promise<ProcessedBatch>; size: number }[] = [];
    let held = 0;
    const next = () => {
      const { processed, size } = inOrder.shift()!;
      held -= size;
      return processed;
    };
    for await (const batch of batchesOf(sources)) {
      const size = batch.reduce((sum, source) => sum + sizeOf(source), 0);
      while (inOrder.length > 0 && held + size > MOST_HELD) yield await next();
      const processed = pool.process(batch).then((result) => ({
        ...result,
        sources: batch.length,
        bytes: batch.reduce((sum, { bytes }) => sum + bytes, 0),
      }));
      processed.catch(() => {}); // reported when its turn comes
      inOrder.push({ processed, size });
      held += size;
      if (inOrder.length >= BATCHES_A_WORKER * workers) yield await next();
    }
    while (inOrder.length > 0) yield await next();
  } finally {
    await pool.end();
  }
}

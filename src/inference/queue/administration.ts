import { reportOutages, type Server } from './connection';
import { drainRun, type OpenQueue, openQueue, postedRun } from './jobs';

/** Numbers of shards by state. */
export interface QueueStatus {
  /** Folder of the run, below its root; undefined without a run. */
  run?: { folder: string; version: string; model: string; started: string };
  waiting: number;
  active: number;
  /** Waiting for another attempt. */
  delayed: number;
  /** Finished, and not listed in the manifest yet. */
  finished: number;
  failed: number;
  /** Names of the connected workers. */
  workers: string[];
  failures: { shard: number; reason: string }[];
}

/** Failures to describe. */
const MOST_FAILURES = 10;

async function withQueue<T>(server: Server, work: (open: OpenQueue) => Promise<T>): Promise<T> {
  const open = await openQueue(server, { failed: reportOutages(server.name, () => {}).failed });
  try {
    return await work(open);
  } finally {
    await open.close();
  }
}

/** Looks at a queue. @throws InputError if the server cannot be reached */
export function queueStatus(server: Server): Promise<QueueStatus> {
  return withQueue(server, async ({ queue, redis }) => {
    const posted = await postedRun(redis);
    const counts = await queue.getJobCounts(
      'wait',
      'prioritized',
      'active',
      'delayed',
      'completed',
      'failed',
    );
    const workers = await queue.getWorkers();
    const failed = await queue.getFailed(0, MOST_FAILURES - 1);
    return {
      ...(posted && {
        run: {
          folder: posted.folder.path,
          version: posted.run.version,
          model: posted.run.model,
          started: posted.started,
        },
      }),
      waiting: counts.wait + counts.prioritized,
      active: counts.active,
      delayed: counts.delayed,
      finished: counts.completed,
      failed: counts.failed,
      workers: workers.map(({ rawname, name }) => String(rawname ?? name).replace(/^.*:w:/, '')),
      failures: failed.map(({ data, failedReason }) => ({ shard: data.shard, reason: failedReason })),
    };
  });
}

/** Queues failed shards again. Returns their number. */
export function retryFailed(server: Server): Promise<number> {
  return withQueue(server, async ({ queue }) => {
    const failed = await queue.getFailedCount();
    await queue.retryJobs({ state: 'failed' });
    return failed;
  });
}

/**
 * Empties a queue: no shard is given out any more. Those being annotated are finished by their workers, and count when the run is
 * continued. Returns the number of shards removed.
 */
export function drainQueue(server: Server): Promise<number> {
  return withQueue(server, async ({ queue, redis }) => {
    const { active: _, ...others } = await queue.getJobCounts();
    await drainRun(redis);
    await queue.obliterate({ force: true });
    return Object.values(others).reduce((sum, count) => sum + count, 0);
  });
}

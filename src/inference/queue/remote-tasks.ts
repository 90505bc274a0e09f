import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { InputError } from '../../foundation';
import { connect, ownClient, reportOutages, type Server, within } from './connection';
import { PREFIX } from './jobs';
import { VERSION } from './run';
import { TIMING, type Timing } from './timing';

/** Work that other machines do as a whole, such as a trial of a search. Plain data. */
export interface RemoteTasks<Task extends object, Result> {
  /**
   * Waits for the result. A task with the same id that is queued, running or finished is not queued again.
   *
   * @throws InputError if it failed on every attempt; AbortError when the signal fires
   */
  ask(id: string, task: Task, signal: AbortSignal): Promise<Result>;
  close(): Promise<void>;
}

interface Envelope<Task> {
  version: string;
  task: Task;
}

/** @param name of the queue; those who answer use the same */
export async function openRemoteTasks<Task extends object, Result>(
  server: Server,
  name: string,
  { notify = () => {}, timing = TIMING }: { notify?: (message: string) => void; timing?: Timing } = {},
): Promise<RemoteTasks<Task, Result>> {
  const client = await connect(server);
  const { Queue } = require('bullmq') as typeof import('bullmq');
  const queue = new Queue<Envelope<Task>, Result>(name, { connection: client, prefix: PREFIX });
  const outages = reportOutages(server.name, notify);
  client.on('error', outages.failed).on('ready', outages.answered);
  queue.on('error', () => {}); // reported by the client
  const backoff = { type: 'exponential', delay: timing.pause };
  const options = { attempts: timing.attempts, backoff, stackTraceLimit: 1 };
  return {
    async ask(id, task, signal) {
      for (let isNew = true; ; isNew = false) {
        signal.throwIfAborted();
        const job = await queue.getJob(id);
        const state = await job?.getState();
        if (!job || (isNew && state === 'failed')) {
          await job?.remove(); // of an earlier search: the cause may be mended
          await queue.add(name, { version: VERSION, task }, { ...options, jobId: id });
        } else if (state === 'completed' || state === 'failed') {
          await job.remove();
          if (state === 'completed') return job.returnvalue;
          throw new InputError(`${server.name}: ${job.failedReason}`);
        }
        await delay(timing.poll, undefined, { signal });
      }
    },
    async close() {
      await queue.close().catch(() => {});
      client.disconnect();
    },
  };
}

export interface AnsweringTasks {
  server: Server;
  /** Of the queue. */
  name: string;
  /** Tasks at a time. */
  concurrency: number;
  /** Ends the work; unfinished tasks are handed back. */
  signal: AbortSignal;
  notify?: (message: string) => void;
  timing?: Timing;
  /** Milliseconds to wait for a server that does not answer yet. */
  patience?: number;
}

/** Milliseconds to hand tasks back when asked to stop. */
const FAREWELL = 5_000;
const MOST_STALLS = 20;

/**
 * Answers tasks until the signal fires.
 *
 * @throws InputError if the server cannot be reached, or if a task is for another version
 */
export async function answerRemoteTasks<Task extends object, Result>(
  { server, name, concurrency, signal, notify = () => {}, timing = TIMING, patience }: AnsweringTasks,
  answer: (task: Task, signal: AbortSignal) => Promise<Result>,
): Promise<void> {
  const { client, end } = ownClient(await connect(server, patience));
  const { Worker, WaitingError } = require('bullmq') as typeof import('bullmq');
  const refusal = new AbortController();
  const stop = AbortSignal.any([signal, refusal.signal]);
  const outages = reportOutages(server.name, notify);
  const worker = new Worker<Envelope<Task>, Result>(
    name,
    async (job, token, lost) => {
      const { version, task } = Object(job.data) as Envelope<Task>;
      if (version !== VERSION)
        refusal.abort(
          new InputError(
            `${server.name}: the queue is for version ${version} of falconframes, this machine has ${VERSION}; install the same`,
          ),
        );
      try {
        return await answer(task, AbortSignal.any([lost!, stop]));
      } catch (error) {
        if (stop.aborted) {
          await job.moveToWait(token);
          throw new WaitingError();
        }
        notify((error as Error).message);
        throw error;
      }
    },
    {
      ...{ connection: client, prefix: PREFIX, name: `${hostname()}-${process.pid}`, concurrency },
      ...{ lockDuration: timing.lock, stalledInterval: timing.lock, maxStalledCount: MOST_STALLS },
    },
  );
  client.on('error', outages.failed).on('ready', outages.answered);
  worker.on('error', () => {}); // reported by the client
  worker.on('lockRenewalFailed', (ids) => {
    for (const id of ids) worker.cancelJob(id);
  });
  if (!stop.aborted) await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve()));
  await within(FAREWELL, worker.pause());
  await worker.close(true);
  end();
  if (refusal.signal.aborted) throw refusal.signal.reason;
}

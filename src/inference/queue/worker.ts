import { hostname } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import type { Job, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { InputError } from '../../foundation';
import { WorkerPool } from '../corpus/worker-pool';
import { annotateShard, MachineTrouble } from './annotate-shard';
import { ownClient, reportOutages, type Server, within } from './connection';
import {
  ANNOTATE,
  type OpenQueue,
  openQueue,
  PREFIX,
  parseShardJob,
  postedRun,
  refusalOf,
  type ShardJob,
  type ShardResult,
} from './jobs';
import { readShard } from './plan';
import { resolveInRoots } from './roots';
import { idOfRun, modelHash, type Run, readRun } from './run';
import type { Receipt } from './shard-output';
import { idOfShard } from './shards';
import { TIMING, type Timing } from './timing';

export interface WorkOptions {
  server: Server;
  /** Folders that all machines share, with links resolved. */
  roots: readonly string[];
  /** Model folder. */
  model: string;
  /** Shards at a time, each in a thread with its own model. */
  threads: number;
  /** Ends the worker: it hands its shards back after the current batch. */
  signal: AbortSignal;
  notify?: (message: string) => void;
  timing?: Timing;
  /** Milliseconds to wait for a server that does not answer yet. */
  patience?: number;
  onShard?: (receipt: Receipt, seconds: number) => void;
  onFailure?: (reason: string) => void;
}

/** Milliseconds to hand shards back when asked to stop. */
const FAREWELL = 5_000;
/** Milliseconds. A machine that keeps failing takes work this rarely. */
const LONGEST_REST = 300_000;
/** Machines may come and go; a shard that ends the process of its worker every time must not come back for ever. */
const MOST_STALLS = 20;

/**
 * Annotates shards from the queue until the signal fires.
 *
 * @throws InputError if the server cannot be reached, or if the queue is for another version or model
 */
export async function workOnQueue(options: WorkOptions): Promise<void> {
  await new FleetWorker(options).work();
}

class FleetWorker {
  readonly #timing: Timing;
  readonly #notify: (message: string) => void;
  /** Hash of the model by precision. */
  readonly #models = new Map<boolean, string>();
  #pool: { run: string; pool: WorkerPool } | undefined;
  readonly #stop = new AbortController();
  #refusal: InputError | undefined;
  #failures = 0;
  readonly #active = new Set<Promise<ShardResult>>();
  #worker!: Worker<ShardJob, ShardResult>;
  #redis!: OpenQueue['redis'];

  constructor(private readonly options: WorkOptions) {
    this.#timing = options.timing ?? TIMING;
    this.#notify = options.notify ?? (() => {});
  }

  async work(): Promise<void> {
    const { server, signal, patience } = this.options;
    const outages = reportOutages(server.name, this.#notify);
    const open = await openQueue(server, { patience, failed: outages.failed });
    open.redis.on('ready', outages.answered);
    const stopped = new Promise<void>((resolve) => {
      this.#stop.signal.addEventListener('abort', () => resolve());
    });
    const stop = () => this.#stop.abort();
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    try {
      this.#redis = open.redis;
      const posted = await postedRun(open.redis);
      const refusal = posted && refusalOf(posted.run, this.#model(posted.run.quantized));
      if (refusal) throw new InputError(`${server.name}: ${refusal}`);
      const { client, end } = ownClient(open.redis.duplicate());
      client.on('error', outages.failed);
      this.#start(client);
      await stopped;
      await within(FAREWELL, Promise.allSettled([this.#worker.pause(), ...this.#active]));
      await this.#worker.close(true);
      end();
      await this.#pool?.pool.end();
    } finally {
      signal.removeEventListener('abort', stop);
      await open.close();
    }
    if (this.#refusal) throw this.#refusal;
  }

  #start(client: Redis): void {
    const { threads } = this.options;
    const { lock } = this.#timing;
    const { Worker } = require('bullmq') as typeof import('bullmq');
    this.#worker = new Worker<ShardJob, ShardResult>(
      ANNOTATE,
      (job, token, signal) => {
        const done = this.#process(job, token!, signal!);
        this.#active.add(done);
        done.catch(() => {}).then(() => this.#active.delete(done));
        return done;
      },
      {
        connection: client,
        prefix: PREFIX,
        name: `${hostname()}-${process.pid}`,
        concurrency: threads,
        lockDuration: lock,
        stalledInterval: lock,
        maxStalledCount: MOST_STALLS,
        runRetryDelay: this.#timing.pause,
      },
    );
    this.#worker.on('error', () => {}); // of the connection, which reports them itself, or of a shard that another worker has
    this.#worker.on('lockRenewalFailed', (ids) => {
      for (const id of ids) if (this.#worker.cancelJob(id)) this.#notify(`${id}: went to another worker`);
    });
  }

  async #process(job: Job<ShardJob, ShardResult>, token: string, lost: AbortSignal): Promise<ShardResult> {
    const { DelayedError, UnrecoverableError, WaitingError } = require('bullmq') as typeof import('bullmq');
    const start = performance.now();
    if (!(await this.#isCurrent(job.data))) return { seconds: 0 };
    try {
      const receipt = await this.#annotate(job.data, AbortSignal.any([lost, this.#stop.signal]));
      this.#failures = 0;
      const seconds = (performance.now() - start) / 1000;
      this.options.onShard?.(receipt, seconds);
      return { seconds: Math.round(seconds * 1000) / 1000 };
    } catch (error) {
      if (this.#stop.signal.aborted) {
        await job.moveToWait(token);
        throw new WaitingError();
      }
      if (lost.aborted) throw error;
      const { message } = error as Error;
      this.#notify(message);
      this.options.onFailure?.(message);
      const rest = this.#rest();
      if (error instanceof MachineTrouble) {
        await job.moveToDelayed(Date.now() + rest, token);
        throw new DelayedError();
      }
      if (error instanceof NotAShard) throw new UnrecoverableError(message);
      throw new Error(message);
    }
  }

  async #annotate(data: ShardJob, signal: AbortSignal): Promise<Receipt> {
    const { roots } = this.options;
    const { run: id, folder: place, ...entry } = orNotAShard(() => parseShardJob(data));
    const folder = orNotAShard(() => resolveInRoots(roots, place));
    const run = orTrouble(() => readRun(folder));
    const refusal = refusalOf(run, this.#model(run.quantized));
    if (refusal) {
      this.#refusal = new InputError(`${this.options.server.name}: ${refusal}`);
      this.#stop.abort();
      throw this.#refusal;
    }
    const shard = orTrouble(() => readShard(folder, entry));
    if (idOfRun(run) !== id || shard.id !== entry.id || idOfShard(id, shard) !== entry.id)
      throw new NotAShard(`shard ${entry.shard}: its job does not match the plan in ${folder}`);
    return annotateShard(shard, { pool: this.#poolOf(run), roots, folder, format: run.format, signal });
  }

  /** A copy of a job may outlast its run, and then its folder. */
  async #isCurrent(data: ShardJob): Promise<boolean> {
    const { run, folder } = Object(data) as ShardJob;
    const posted = await postedRun(this.#redis);
    return posted?.id === run && isDeepStrictEqual(posted.folder, folder);
  }

  #poolOf({ quantized, offsets, view, ...run }: Run): WorkerPool {
    const id = idOfRun({ quantized, offsets, view, ...run });
    if (this.#pool?.run !== id) {
      void this.#pool?.pool.end();
      const work = { kind: 'annotate' as const, offsets, view };
      const pool = new WorkerPool({ model: this.options.model, quantized, work }, this.options.threads);
      this.#pool = { run: id, pool };
    }
    return this.#pool.pool;
  }

  #model(quantized: boolean): string {
    const known = this.#models.get(quantized) ?? modelHash(this.options.model, quantized);
    this.#models.set(quantized, known);
    return known;
  }

  /** Takes no work for a while, longer after every failure in a row. Returns for how long, in milliseconds. */
  #rest(): number {
    const rest = Math.min(this.#timing.pause * 2 ** this.#failures++, LONGEST_REST);
    void this.#worker.pause(true);
    setTimeout(() => {
      if (!this.#stop.signal.aborted) this.#worker.resume();
    }, rest).unref();
    return rest;
  }
}

/** A job that no worker can do. */
class NotAShard extends Error {}

function orNotAShard<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new NotAShard((error as Error).message);
  }
}

function orTrouble<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new MachineTrouble((error as Error).message);
  }
}

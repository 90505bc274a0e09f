import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { InputError, isJsonObject } from '../../foundation';
import { connect, type Server } from './connection';
import type { PlanEntry } from './plan';
import type { RootedPath } from './roots';
import { type Run, VERSION } from './run';

/** A shard to annotate. It refers to the plan and to the run in the folder of the run; nothing in it is executed. */
export interface ShardJob extends PlanEntry {
  /** Id of the run. */
  run: string;
  /** Folder of the run. */
  folder: RootedPath;
  shard: number;
  /** Of the shard. */
  id: string;
}

/** What a worker reports besides the receipt. */
export interface ShardResult {
  seconds: number;
}

/** What is in the queue, for workers that join and for the commands that look at it. */
export interface Posted {
  /** Id of the run. */
  id: string;
  run: Run;
  folder: RootedPath;
  started: string;
}

/** Prefix of all keys in Redis. */
export const PREFIX = 'falconframes';
export const ANNOTATE = 'annotate';
const POSTED = `${PREFIX}:posted`;
/** Id of the run that was ended by `queue drain`: its coordinator stops instead of queueing everything again. */
const DRAINED = `${PREFIX}:drained`;

export const jobId = (shard: number, id: string) => `shard-${shard}-${id}`;

/** The queue on a server and a connection to it for the few keys beside it. */
export interface OpenQueue {
  queue: Queue<ShardJob, ShardResult>;
  redis: Redis;
  close(): Promise<void>;
}

/** @param failed is called with every error of the connections */
export async function openQueue(
  server: Server,
  { patience, failed = () => {} }: { patience?: number; failed?: (error: Error) => void } = {},
): Promise<OpenQueue> {
  const redis = await connect(server, patience);
  redis.on('error', failed);
  const { Queue } = require('bullmq') as typeof import('bullmq');
  const queue = new Queue<ShardJob, ShardResult>(ANNOTATE, { connection: redis, prefix: PREFIX });
  queue.on('error', failed);
  return {
    queue,
    redis,
    async close() {
      await queue.close().catch(() => {});
      redis.disconnect();
    },
  };
}

/** Announces a run. @throws InputError if the queue has another */
export async function postRun(redis: Redis, posted: Posted, server: string): Promise<void> {
  const text = JSON.stringify(posted);
  await redis.del(DRAINED);
  if ((await redis.set(POSTED, text, 'NX')) === 'OK') return;
  const other = await postedRun(redis);
  if (other && (other.id !== posted.id || other.folder.path !== posted.folder.path))
    throw new InputError(
      `${server}: is in use by the run of ${other.folder.path}, started ${other.started}; wait for it, end it with \`falconframes queue drain\`, or take another database of the server (…/1)`,
    );
}

export async function postedRun(redis: Redis): Promise<Posted | undefined> {
  const text = await redis.get(POSTED);
  return text === null ? undefined : (JSON.parse(text) as Posted);
}

export async function removePosted(redis: Redis): Promise<void> {
  await redis.del(POSTED);
}

/** Ends the run that is in the queue. */
export async function drainRun(redis: Redis): Promise<void> {
  const posted = await postedRun(redis);
  if (posted) await redis.set(DRAINED, posted.id);
  await removePosted(redis);
}

export async function isDrained(redis: Redis, run: string): Promise<boolean> {
  return (await redis.get(DRAINED)) === run;
}

/** Says why a worker with this model may not work on a run; undefined if it may. */
export function refusalOf(run: Pick<Run, 'version' | 'model'>, model: string): string | undefined {
  if (run.version !== VERSION)
    return `the queue is for version ${run.version} of falconframes, this machine has ${VERSION}; install the same`;
  if (run.model !== model)
    return `the queue is for another model (${run.model.slice(0, 12)}…) than this machine's (${model.slice(0, 12)}…); give the same with --model`;
  return undefined;
}

/** Checks what a job says before it is used. @throws InputError for anything but a shard to annotate */
export function parseShardJob(data: unknown): ShardJob {
  const { run, folder, shard, id, offset, length } = Object(data) as ShardJob;
  const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  const isHash = (value: unknown) => typeof value === 'string' && /^[0-9a-f]{32}$/.test(value);
  if (
    isHash(run) &&
    isHash(id) &&
    [shard, offset, length].every(isCount) &&
    length <= LONGEST_SHARD &&
    isJsonObject(folder) &&
    isCount(folder.root) &&
    typeof folder.path === 'string'
  )
    return { run, folder, shard, id, offset, length };
  throw new InputError('the job is not a shard of a run');
}

/** Bytes of a shard's line in the plan. */
const LONGEST_SHARD = 1 << 26;

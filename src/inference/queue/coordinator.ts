import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { checkOutputFolder, InputError, whileWriting, withLock, writeFileAtomically } from '../../foundation';
import { type InputFile, Skipped, type Totals } from '../corpus';
import { reportOutages, type Server, within } from './connection';
import {
  ANNOTATE,
  isDrained,
  jobId,
  type OpenQueue,
  openQueue,
  postRun,
  removePosted,
  type ShardJob,
} from './jobs';
import { Manifest, readManifest } from './manifest';
import { closingOf, Plan, type PlanEntry, plannedShards } from './plan';
import { locateInRoots, type RootedPath } from './roots';
import { idOfRun, type Run, recordRun } from './run';
import { type Receipt, readReceipt } from './shard-output';
import { listingHash, locateFiles, type RootedFile, type Shard, shardsOf } from './shards';
import { TIMING, type Timing } from './timing';

export interface FleetOptions {
  server: Server;
  /** Folders that all machines share, with links resolved. */
  roots: readonly string[];
  files: readonly InputFile[];
  /** Folder of the run, in a root. */
  out: string;
  run: Run;
  /** Files in archives that are not articles. */
  skipped?: Skipped;
  notify?: (message: string) => void;
  /** Is called with the finished work. */
  progress?: (totals: Totals) => void;
  /** Ends the coordinator; workers continue with what is queued. */
  signal?: AbortSignal;
  timing?: Timing;
  /** Milliseconds to wait for a server that does not answer yet. */
  patience?: number;
  /** Shards in the queue at a time, so that neither Redis nor this process grows with the corpus. */
  mostQueued?: number;
}

export interface FleetReport {
  /** False if it was stopped. */
  finished: boolean;
  shards: number;
  totals: Totals;
  /** Shards given up after several attempts, with the reason. */
  failed: { shard: number; reason: string }[];
}

const MOST_QUEUED = 100_000;
/** Finished jobs looked at in one go. */
const GATHERED = 1_000;
/** Jobs sent in one go at most; more would cost memory and save no time. The first goes alone, so that workers begin while the rest is planned. */
const BULK = 100;
/** Milliseconds to end what is in hand when asked to stop. */
const FAREWELL = 2_000;
const DEAD_LETTERS = 'dead-letters.jsonl';

/**
 * Coordinates a run: cuts the inputs into shards, queues them, and lists finished ones in the manifest until all are. Started again
 * after a stop or a kill, it continues.
 *
 * @throws InputError for inputs outside the roots, a folder or a queue of another run, and a server that cannot be reached
 */
export async function runFleet(options: FleetOptions): Promise<FleetReport> {
  const { server, roots, files, out, run, patience, notify = () => {} } = options;
  checkOutputFolder(out);
  const rooted = locateFiles(files, roots);
  const folder = locateInRoots(roots, out);
  const inside = folder.path === '' ? '' : `${folder.path}/`;
  for (const { root, path, place } of rooted)
    if (root === folder.root && path.startsWith(inside))
      throw new InputError(
        `${place}: an input is in the output folder ${out}; choose a folder outside the inputs`,
      );
  whileWriting(out, () => mkdirSync(out, { recursive: true }));
  return withLock(out, async () => {
    recordRun(out, run);
    const outages = reportOutages(server.name, notify);
    const open = await openQueue(server, { patience, failed: outages.failed });
    open.redis.on('ready', outages.answered);
    try {
      return await new Coordinator(options, open, rooted, folder).run();
    } finally {
      await open.close();
    }
  });
}

type Outstanding = PlanEntry & { id: string; bytes: number };

class Coordinator {
  readonly #id: string;
  readonly #manifest: Manifest;
  readonly #timing: Timing;
  /** Shards that are queued and not listed yet, by number. */
  readonly #outstanding = new Map<number, Outstanding>();
  #planned = 0;
  #isPlanned = false;
  #isSending = false;
  #bytes = 0;
  /** Looks in a row at a queue that has lost jobs. */
  #losses = 0;
  #failed: FleetReport['failed'] = [];
  readonly #stop = new AbortController();

  constructor(
    private readonly options: FleetOptions,
    private readonly open: OpenQueue,
    private readonly files: readonly RootedFile[],
    private readonly folder: RootedPath,
  ) {
    this.#id = idOfRun(options.run);
    this.#manifest = new Manifest(options.out);
    this.#timing = options.timing ?? TIMING;
  }

  async run(): Promise<FleetReport> {
    const { out } = this.options;
    const { queue, redis } = this.open;
    await this.#post();
    await queue.retryJobs({ state: 'failed' });
    const stop = () => this.#stop.abort();
    this.options.signal?.addEventListener('abort', stop);
    if (this.options.signal?.aborted) stop();
    const work = Promise.all([
      this.#plan().catch((error) => this.#end(error)),
      this.#gatherAll().catch((error) => this.#end(error)),
    ]);
    work.catch(() => {}); // after a stop; before it, thrown here
    const { signal } = this.#stop;
    const stopped = signal.aborted
      ? work
      : new Promise((resolve) => signal.addEventListener('abort', resolve));
    try {
      // A server that is away keeps its commands waiting; a stop does not wait for it.
      await Promise.race([work, stopped.then(() => within(FAREWELL, work))]);
    } finally {
      this.options.signal?.removeEventListener('abort', stop);
      this.#manifest.end();
    }
    const finished = this.#isPlanned && this.#outstanding.size === 0;
    if (finished) {
      writeDeadLetters(out);
      await removePosted(redis);
    }
    return { finished, shards: this.#planned, totals: this.#totals(), failed: this.#failed };
  }

  async #post(): Promise<void> {
    const { server, run } = this.options;
    const posted = { id: this.#id, run, folder: this.folder, started: new Date().toISOString() };
    await postRun(this.open.redis, posted, server.name);
  }

  #end(error: Error): never {
    this.#stop.abort();
    throw error;
  }

  /** Queues every shard that is not finished, in order. */
  async #plan(): Promise<void> {
    const { out, run } = this.options;
    let waiting: Shard['shard'][] = [];
    let finished: Receipt[] = [];
    let full = 1;
    const flush = async (sync: () => void) => {
      this.#manifest.add(finished);
      sync(); // before a worker can ask for them
      await this.#send(waiting);
      [waiting, finished] = [[], []];
      full = Math.min(2 * full, BULK);
    };
    for await (const { shard, entry, sync } of this.#shards()) {
      if (this.#stop.signal.aborted) return;
      this.#planned++;
      const receipt = this.#manifest.has(shard) ? undefined : readReceipt(out, shard, run.format);
      if (receipt) finished.push(receipt); // while no coordinator was there
      if (receipt || this.#manifest.has(shard)) this.#bytes += shard.bytes;
      else {
        this.#outstanding.set(shard.shard, { ...entry, id: shard.id, bytes: shard.bytes });
        waiting.push(shard.shard);
      }
      const isFull = this.#outstanding.size >= (this.options.mostQueued ?? MOST_QUEUED);
      if (waiting.length + finished.length >= full || isFull) await flush(sync);
      while (this.#outstanding.size >= (this.options.mostQueued ?? MOST_QUEUED)) {
        if (this.#stop.signal.aborted) return;
        await delay(this.#timing.poll / 4);
      }
    }
    await flush(() => {});
    this.#isPlanned = true;
  }

  /** Yields the shards with their places in the plan: of a complete plan as it says, otherwise as the inputs are read. */
  async *#shards(): AsyncGenerator<{ shard: Shard; entry: PlanEntry; sync: () => void }> {
    const { out, roots, run, skipped = new Skipped() } = this.options;
    const listing = listingHash(this.files, roots);
    const closing = closingOf(out);
    if (closing) {
      if (closing.listing !== listing)
        throw new InputError(
          `${out}: was planned for other inputs; give the same, unchanged, or name another folder`,
        );
      for (const planned of plannedShards(out)) yield { ...planned, sync() {} };
      return;
    }
    const plan = new Plan(out);
    try {
      let shards = 0;
      const { shardSize } = run;
      for await (const shard of shardsOf(this.files, roots, { run: this.#id, shardSize, skipped })) {
        const entry = plan.add(shard);
        yield { shard, entry, sync: () => plan.sync() };
        shards++;
      }
      plan.close({ shards, listing });
    } finally {
      plan.end();
    }
  }

  async #send(shards: readonly number[]): Promise<void> {
    const { attempts, pause } = this.#timing;
    this.#isSending = true;
    const jobs = shards.flatMap((shard) => {
      const known = this.#outstanding.get(shard);
      if (!known) return [];
      const { id, offset, length } = known;
      const data: ShardJob = { run: this.#id, folder: this.folder, shard, id, offset, length };
      const backoff = { type: 'exponential', delay: pause };
      return [
        { name: ANNOTATE, data, opts: { jobId: jobId(shard, id), attempts, backoff, stackTraceLimit: 1 } },
      ];
    });
    if (jobs.length > 0) await this.open.queue.addBulk(jobs);
    this.#isSending = false;
  }

  /** Lists finished shards until all are, or until all that is left has failed. */
  async #gatherAll(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted && !(this.#isPlanned && this.#outstanding.size === 0)) {
      const isAtEnd = await this.#gather();
      this.options.progress?.(this.#totals());
      if (isAtEnd) return;
      await delay(this.#timing.poll, undefined, { signal }).catch(() => {});
    }
  }

  /** Returns whether only failed shards are left. */
  async #gather(): Promise<boolean> {
    const { queue } = this.open;
    const { out, run } = this.options;
    const jobs = await queue.getCompleted(0, GATHERED - 1);
    const receipts: Receipt[] = [];
    const lost: number[] = [];
    for (const { data } of jobs) {
      const receipt = this.#outstanding.has(data.shard) && readReceipt(out, data, run.format);
      if (receipt) receipts.push(receipt);
      else if (this.#outstanding.has(data.shard)) lost.push(data.shard); // its output was deleted
    }
    this.#manifest.add(receipts);
    for (const { shard } of receipts) {
      this.#bytes += this.#outstanding.get(shard)!.bytes;
      this.#outstanding.delete(shard);
    }
    await Promise.all(jobs.map((job) => job.remove()));
    await this.#send(lost);
    return this.#checkQueue();
  }

  /** Queues again what a server that was killed has forgotten. */
  async #checkQueue(): Promise<boolean> {
    const { queue } = this.open;
    if (this.#isSending) return false;
    const { failed, ...others } = await queue.getJobCounts();
    const alive = Object.values(others).reduce((sum, count) => sum + count, 0);
    this.#losses = !this.#isSending && alive + failed < this.#outstanding.size ? this.#losses + 1 : 0;
    if (this.#losses >= 2) {
      if (await isDrained(this.open.redis, this.#id))
        throw new InputError(
          `${this.options.server.name}: the queue was drained; the same command continues the run (${this.options.out})`,
        );
      await this.#post();
      const shards = [...this.#outstanding.keys()];
      for (let start = 0; start < shards.length; start += BULK)
        await this.#send(shards.slice(start, start + BULK));
      this.#losses = 0;
    }
    if (!this.#isPlanned || alive > 0 || failed < this.#outstanding.size) return false;
    const jobs = await queue.getFailed(0, MOST_QUEUED);
    this.#failed = jobs.map(({ data, failedReason }) => ({ shard: data.shard, reason: failedReason }));
    return true;
  }

  #totals(): Totals {
    return { ...this.#manifest.totals, bytes: this.#bytes };
  }
}

/** Writes the sources that could not be used, with their reasons. */
function writeDeadLetters(folder: string): void {
  const letters = [...readManifest(folder)]
    .sort((one, other) => one.shard - other.shard)
    .flatMap(({ shard, damaged }) => damaged.map((reason) => `${JSON.stringify({ shard, reason })}\n`));
  writeFileAtomically(join(folder, DEAD_LETTERS), letters.join(''));
}

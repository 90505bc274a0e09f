/**
 * `npm run bench -- queue-soak [--seconds 300] [--seed 1] [--json]`: a fleet that is disturbed all the time, against a real Redis
 * (`redis-server` must be installed).
 *
 * Four workers and a coordinator annotate the inputs of the fault tests again and again, each run in a folder of its own. Meanwhile
 * one fault after another is drawn with the seed: a worker killed, stopped by SIGTERM, or frozen for longer than its lock; Redis killed
 * and restarted from its log, or away for longer than a lock; a shard delivered twice; the coordinator killed. Whatever was
 * killed is started again. After each run its merged output is compared byte for byte with that of one machine, and its manifest must
 * list every shard once. Locks last one second, so that much happens in little time.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '../../foundation';
import { readAddress } from './connection';
import { type Member, merged, prepareFleet, SHORT, startCoordinator, startWorker } from './fleet.fixture';
import { ANNOTATE, openQueue, type ShardJob } from './jobs';
import { readManifest } from './manifest';
import { closingOf } from './plan';
import { startRedis, WITHOUT_REDIS } from './redis.fixture';

/** A worker that was frozen may still write its shard into the folder of a finished run. */
const REMOVAL = { recursive: true, force: true, maxRetries: 20, retryDelay: 100 };
const WORKERS = 4;
/** Milliseconds between two faults, at most. */
const BETWEEN = 1_100;
/** Milliseconds in which a worker must have stopped after SIGTERM. */
const LATEST_END = 20_000;

const argument = (name: string, otherwise: number) => {
  const index = process.argv.indexOf(name);
  return index < 0 ? otherwise : Number(process.argv[index + 1]);
};

async function main(): Promise<void> {
  if (WITHOUT_REDIS) throw new Error(WITHOUT_REDIS);
  const seconds = argument('--seconds', 300);
  const { next } = createRandom(argument('--seed', 1));
  const below = (count: number) => Math.floor(next() * count);
  const fleet = await prepareFleet();
  const redis = await startRedis();
  const url = redis.url();
  const workers = Array.from({ length: WORKERS }, () => startWorker(fleet, url));
  const faults: Record<string, number> = {};
  const open = await openQueue(readAddress(url));
  let coordinator: Member | undefined;
  let isOver = false;
  const stuck: string[] = [];

  const restartWorker = async (signal: NodeJS.Signals) => {
    const index = below(WORKERS);
    const leaving = workers[index];
    const overdue = setTimeout(() => {
      stuck.push(leaving.said().slice(-500));
      leaving.child.kill('SIGKILL');
    }, LATEST_END);
    await leaving.end(signal);
    clearTimeout(overdue);
    workers[index] = startWorker(fleet, url);
  };
  const kinds: Record<string, () => Promise<void>> = {
    'worker killed': () => restartWorker('SIGKILL'),
    'worker stopped': () => restartWorker('SIGTERM'),
    async 'worker frozen beyond its lock'() {
      const { child } = workers[below(WORKERS)];
      child.kill('SIGSTOP');
      await delay(1.5 * SHORT.lock);
      child.kill('SIGCONT');
    },
    async 'Redis killed'() {
      await redis.kill();
      await redis.restart();
    },
    async 'Redis away beyond a lock'() {
      await redis.kill();
      await delay(1.5 * SHORT.lock);
      await redis.restart();
    },
    async 'shard delivered twice'() {
      const [job] = await open.queue.getJobs(['active', 'waiting'], 0, 0);
      if (job) await open.queue.add(ANNOTATE, job.data as ShardJob, { lifo: true, removeOnComplete: true });
    },
    async 'coordinator killed'() {
      await coordinator?.end('SIGKILL');
    },
  };
  // Killing a worker is the fault that a fleet of cheap machines sees most.
  const drawn = [...Object.keys(kinds), 'worker killed', 'worker killed', 'shard delivered twice'];

  const disturb = async () => {
    while (!isOver) {
      const kind = drawn[below(drawn.length)];
      await kinds[kind]();
      faults[kind] = (faults[kind] ?? 0) + 1;
      await delay(BETWEEN * next());
    }
  };

  const runs: { shards: number; identical: boolean; listedOnce: boolean }[] = [];
  const start = performance.now();
  const disturbing = disturb();
  while (performance.now() - start < 1000 * seconds) {
    const name = `run-${runs.length}`;
    const out = join(fleet.root, name);
    for (let status: number | string = 1; status !== 0; ) {
      coordinator = startCoordinator(fleet, url, name);
      const { child } = coordinator;
      status = await new Promise((resolve) =>
        child.once('close', (code, signal) => resolve(code ?? signal!)),
      );
      if (status !== 0 && status !== 'SIGKILL') throw new Error(`coordinator: ${coordinator.said()}`);
    }
    coordinator = undefined;
    const listed = [...readManifest(out)].map(({ shard }) => shard);
    const shards = closingOf(out)!.shards;
    const listedOnce = listed.length === shards && new Set(listed).size === shards;
    runs.push({ shards, identical: (await merged(fleet, name)) === fleet.expected, listedOnce });
    console.error(`${name}: ${JSON.stringify(runs.at(-1))}`);
    rmSync(out, REMOVAL);
  }
  isOver = true;
  await disturbing;
  const took = (performance.now() - start) / 1000;
  await Promise.all(workers.map((worker) => worker.end()));
  await open.close();
  await redis.end();
  rmSync(fleet.root, REMOVAL);
  const result = {
    seconds: Math.round(took),
    faults: Object.values(faults).reduce((sum, count) => sum + count, 0),
    byKind: faults,
    stuck,
    runs: runs.length,
    shards: runs.reduce((sum, { shards }) => sum + shards, 0),
    identical: runs.filter(({ identical }) => identical).length,
    listedOnce: runs.filter(({ listedOnce }) => listedOnce).length,
  };
  console.log(JSON.stringify(result, null, 2));
  if (result.identical < runs.length || result.listedOnce < runs.length || stuck.length > 0)
    process.exitCode = 1;
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});

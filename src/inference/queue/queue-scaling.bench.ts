/**
 * `npm run bench -- queue-scaling [--copies 300] [--rounds 1] [--json]`: what the queue costs, against a real Redis (`redis-server` must be
 * installed). On a busy machine read the ratios of processor time, not of time.
 *
 * - one machine: `annotate --workers 2` on copies of the 21 sample articles
 * - fleet of 2, fleet of 4: the same with so many `queue work --workers 1` on this machine, and `annotate --queue`; processor time
 *   is that of workers, coordinator and Redis together
 *   from the moment that the coordinator is started, when workers wait
 * - the three alternate, `--rounds` times
 * - queueing: a coordinator with a plan of 100,000 shards queues all of them; time, and its peak memory
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../foundation';
import { listInputs } from '../corpus';
import { DEFAULT_MODEL } from '../default-model';
import { connect, readAddress } from './connection';
import type { CoordinatorSettings } from './fleet-coordinator.fixture';
import { openQueue } from './jobs';
import { startRedis, WITHOUT_REDIS } from './redis.fixture';
import { openRoots } from './roots';
import { idOfRun, modelHash, type Run, recordRun, VERSION } from './run';
import { idOfShard, listingHash, locateFiles } from './shards';
import { TIMING } from './timing';

const SHARDS = 100_000;
const PROGRAM = join(projectRoot, 'environment', 'falconframes.cjs');

const argument = (name: string, otherwise: number) => {
  const index = process.argv.indexOf(name);
  return index < 0 ? otherwise : Number(process.argv[index + 1]);
};

interface Measured {
  seconds: number;
  /** Processor seconds of all processes. */
  processor: number;
}

/** Processor seconds of a process so far. */
function processorSeconds(pid: number): number {
  const [, rest] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const fields = rest.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Follows the processor time of processes from now until they end. */
function follow(children: readonly ChildProcess[]) {
  const last = new Map<number, number>();
  const before = children.reduce((sum, { pid }) => sum + processorSeconds(pid!), 0);
  const look = () => {
    for (const { pid } of children)
      try {
        last.set(pid!, processorSeconds(pid!));
      } catch {
        // It has ended.
      }
  };
  const timer = setInterval(look, 20);
  return () => {
    look();
    clearInterval(timer);
    return [...last.values()].reduce((sum, seconds) => sum + seconds, 0) - before;
  };
}

async function timed(children: readonly ChildProcess[], work: () => Promise<void>): Promise<Measured> {
  const total = follow(children);
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  return { seconds, processor: total() };
}

const program = (folder: string, ...line: string[]) =>
  spawn(process.execPath, [PROGRAM, ...line], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });

async function ended(child: ChildProcess): Promise<void> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(said);
}

async function onOneMachine(folder: string): Promise<Measured> {
  const child = program(folder, 'annotate', 'articles', '--workers', '2', '--out', 'one.jsonl');
  return timed([child], () => ended(child));
}

async function onFleet(folder: string, workers: number, name: string) {
  const redis = await startRedis();
  const client = await connect(readAddress(redis.url()));
  const cpu = async () => {
    const info = await client.info('all');
    const figure = (key: string) => Number(new RegExp(`^${key}:(.*)$`, 'm').exec(info)?.[1]);
    return {
      processor: figure('used_cpu_sys') + figure('used_cpu_user'),
      commands: figure('total_commands_processed'),
    };
  };
  const line = ['--queue', redis.url()];
  const members = Array.from({ length: workers }, () =>
    program(folder, 'queue', 'work', ...line, '--workers', '1'),
  );
  const ends = members.map(ended);
  while (((await client.call('CLIENT', 'LIST')) as string).split(':w:').length <= workers)
    await new Promise((resolve) => setTimeout(resolve, 50));
  const before = await cpu();
  const coordinator = program(folder, 'annotate', 'articles', ...line, '--out', name, '--shard-size', '300');
  const measured = await timed([...members, coordinator], () => ended(coordinator));
  const after = await cpu();
  for (const member of members) member.kill('SIGTERM');
  await Promise.all(ends);
  client.disconnect();
  await redis.end();
  const merge = program(folder, 'queue', 'merge', name, '--out', `${name}.jsonl`);
  await ended(merge);
  const isSame = readFileSync(join(folder, `${name}.jsonl`)).equals(readFileSync(join(folder, 'one.jsonl')));
  if (!isSame) throw new Error(`${name}: its output is not that of one machine`);
  const shards = readFileSync(join(folder, name, 'manifest.jsonl'), 'utf8')
    .trimEnd()
    .split('\n').length;
  const ofRedis = after.processor - before.processor;
  rmSync(join(folder, name), { recursive: true });
  return {
    seconds: measured.seconds,
    processor: measured.processor + ofRedis,
    shards,
    redis: { processor: ofRedis, commands: after.commands - before.commands },
  };
}

/** Queues 100,000 shards with a coordinator whose plan is complete. */
async function queueing(folder: string) {
  const inputs = join(folder, 'articles');
  const out = join(folder, 'many');
  mkdirSync(out);
  const run: Run = {
    ...{ version: VERSION, model: modelHash(DEFAULT_MODEL, true), quantized: true },
    ...{ offsets: 'utf16', format: 'jsonl', shardSize: 500 },
  };
  recordRun(out, run);
  const roots = openRoots([folder]);
  const files = locateFiles(listInputs([inputs]).files, roots);
  const parts = files
    .slice(0, 20)
    .map(({ root, path, id, format, bytes }) => ({ root, path, id, format, bytes, first: 0, count: 1 }));
  const lines = Array.from({ length: SHARDS }, (_, shard) => {
    const description = { shard, input: '', bytes: 0, files: parts };
    return JSON.stringify({ ...description, id: idOfShard(idOfRun(run), description) });
  });
  lines.push(JSON.stringify({ shards: SHARDS, listing: listingHash(files, roots) }));
  writeFileSync(join(out, 'plan.jsonl'), `${lines.join('\n')}\n`);
  const redis = await startRedis();
  const open = await openQueue(readAddress(redis.url()));
  const settings: CoordinatorSettings = {
    url: redis.url(),
    root: folder,
    inputs: [inputs],
    out,
    run,
    timing: TIMING,
  };
  const start = performance.now();
  const child = spawn(
    process.execPath,
    [join(__dirname, 'fleet-coordinator.fixture.js'), JSON.stringify(settings)],
    {
      stdio: 'ignore',
    },
  );
  while ((await open.queue.getWaitingCount()) < SHARDS)
    await new Promise((resolve) => setTimeout(resolve, 200));
  const seconds = (performance.now() - start) / 1000;
  const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;
  const memory = Number(/used_memory:(\d+)/.exec(await open.redis.info('memory'))?.[1]) / 2 ** 20;
  child.kill('SIGKILL');
  await open.close();
  await redis.end();
  return {
    shards: SHARDS,
    seconds: round(seconds),
    coordinatorPeakMiB: round(peak),
    redisMiB: round(memory),
  };
}

const round = (value: number) => Math.round(value * 1000) / 1000;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

async function main(): Promise<void> {
  if (WITHOUT_REDIS) throw new Error(WITHOUT_REDIS);
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-scaling-'));
  try {
    const sample = join(projectRoot, 'data', 'sample', 'articles');
    for (let copy = 0; copy < argument('--copies', 300); copy++) {
      mkdirSync(join(folder, 'articles', String(copy)), { recursive: true });
      for (const name of readdirSync(sample))
        copyFileSync(join(sample, name), join(folder, 'articles', String(copy), name));
    }
    const rounds: {
      one: Measured;
      two: Awaited<ReturnType<typeof onFleet>>;
      four: Awaited<ReturnType<typeof onFleet>>;
    }[] = [];
    for (let round = 0; round < argument('--rounds', 1); round++) {
      const one = await onOneMachine(folder);
      const two = await onFleet(folder, 2, `two-${round}`);
      const four = await onFleet(folder, 4, `four-${round}`);
      rounds.push({ one, two, four });
      console.error(JSON.stringify(rounds.at(-1)));
    }
    const ratio = (of: 'two' | 'four', to: 'one' | 'two', key: keyof Measured) =>
      round(mean(rounds.map((own) => own[of][key])) / mean(rounds.map((own) => own[to][key])));
    const fleets = rounds.flatMap(({ two, four }) => [two, four]);
    const shards = fleets.reduce((sum, own) => sum + own.shards, 0);
    const result = {
      rounds,
      overheadOfFleetOf2: {
        time: ratio('two', 'one', 'seconds'),
        processor: ratio('two', 'one', 'processor'),
      },
      fleetOf4Against2: {
        time: ratio('four', 'two', 'seconds'),
        processor: ratio('four', 'two', 'processor'),
      },
      redisPerShard: {
        milliseconds: round((1000 * fleets.reduce((sum, { redis }) => sum + redis.processor, 0)) / shards),
        commands: round(fleets.reduce((sum, { redis }) => sum + redis.commands, 0) / shards),
      },
      queueing: await queueing(folder),
    };
    console.log(JSON.stringify(result, null, 2));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});

/** What may happen to a fleet, against a real Redis: nothing is lost, nothing is done twice, and the output is that of one machine. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { drainQueue } from './administration';
import { readAddress } from './connection';
import {
  coordinate,
  type Fleet,
  merged,
  prepareFleet,
  SHORT,
  startCoordinator,
  startWorker,
  until,
  watchQueue,
} from './fleet.fixture';
import { ANNOTATE, type ShardJob } from './jobs';
import { readManifest } from './manifest';
import { plannedShards } from './plan';
import { startRedis, type TestRedis, WITHOUT_REDIS } from './redis.fixture';

const options = { skip: WITHOUT_REDIS, timeout: 60_000 };

let redis: TestRedis;
let fleet: Fleet;
before(async () => {
  if (WITHOUT_REDIS) return;
  redis = await startRedis();
  fleet = await prepareFleet();
});
after(async () => {
  await redis?.end();
  if (fleet) rmSync(fleet.root, { recursive: true });
});
let databases = 0;
/** Each test has a database and a folder of its own. */
function ownPlace(): { url: string; name: string; out: string } {
  const name = `run-${databases}`;
  return { url: redis.url(databases++), name, out: join(fleet.root, name) };
}

async function assertComplete(name: string): Promise<void> {
  assert.ok((await merged(fleet, name)) === fleet.expected, 'the output is that of one machine');
  const listed = [...readManifest(join(fleet.root, name))].map(({ shard }) => shard);
  const planned = [...plannedShards(join(fleet.root, name))].map(({ shard }) => shard.shard);
  assert.deepEqual(
    listed.sort((one, other) => one - other),
    planned,
    'every shard is listed once',
  );
}

const manifestLines = (out: string) => [...readManifest(out)].length;

/** Starts workers that are ended with the test. */
function workers(t: TestContext, url: string, count: number) {
  const members = Array.from({ length: count }, () => startWorker(fleet, url));
  t.after(() => Promise.all(members.map((member) => member.child.exitCode ?? member.end('SIGKILL'))));
  return members;
}

test(
  'two workers write what one machine writes, and unusable articles are listed with their reasons',
  options,
  async (t) => {
    const { url, name, out } = ownPlace();
    const members = workers(t, url, 2);
    const { finished, shards, totals, failed } = await coordinate(fleet, url, name);
    assert.ok(finished && shards > 10, `${shards} shards`);
    assert.deepEqual(failed, []);
    await assertComplete(name);
    assert.equal(totals.documents, fleet.expected.split('\n').length - 1);
    const letters = readFileSync(join(out, 'dead-letters.jsonl'), 'utf8').trimEnd().split('\n');
    const reasons = letters.map((line) => (JSON.parse(line) as { reason: string }).reason);
    assert.equal(totals.damaged, 3);
    assert.equal(reasons.length, 3);
    for (const place of [
      /documents\.jsonl line 78: /,
      /texts\/broken\.xml line 1: /,
      /texts\/not-utf8\.txt line 1: /,
    ])
      assert.equal(reasons.filter((reason) => place.test(reason)).length, 1, `${place} in ${reasons}`);
    for (const member of members) {
      assert.match(member.said(), /shard \d+/);
      assert.equal(await member.end(), 0, member.said());
    }
  },
);

test('a worker that is killed in the middle of a shard', options, async (t) => {
  const { url, name } = ownPlace();
  const { isActive } = await watchQueue(t, url);
  const [victim, other] = workers(t, url, 2);
  const run = coordinate(fleet, url, name);
  await until('a shard is being annotated', isActive);
  await victim.end('SIGKILL');
  await until('the other has annotated', () => other.said().includes('shard'));
  workers(t, url, 1); // a machine joins
  assert.ok((await run).finished);
  await assertComplete(name);
});

test('a worker that is asked to stop hands its shard back at once', options, async (t) => {
  const { url, name } = ownPlace();
  const { isActive, queue } = await watchQueue(t, url);
  const [leaving] = workers(t, url, 1);
  const run = coordinate(fleet, url, name);
  await until('a shard is being annotated', isActive);
  assert.equal(await leaving.end('SIGTERM'), 0, leaving.said());
  const { active, failed } = await queue.getJobCounts('active', 'failed');
  assert.deepEqual({ active, failed }, { active: 0, failed: 0 });
  workers(t, url, 1);
  assert.ok((await run).finished);
  await assertComplete(name);
});

test(
  'a worker that is slower than its lock: its shard is annotated twice and counts once',
  options,
  async (t) => {
    const { url, name } = ownPlace();
    const { isActive } = await watchQueue(t, url);
    const [slow] = workers(t, url, 1);
    const run = coordinate(fleet, url, name);
    await until('a shard is being annotated', isActive);
    slow.child.kill('SIGSTOP');
    workers(t, url, 1);
    assert.ok((await run).finished);
    slow.child.kill('SIGCONT');
    await assertComplete(name);
    assert.equal(await slow.end(), 0, slow.said());
    await assertComplete(name);
  },
);

test('Redis is killed and starts again with its log', options, async (t) => {
  const { name, out } = ownPlace();
  const own = await startRedis();
  t.after(() => own.end());
  const url = own.url();
  const said: string[] = [];
  workers(t, url, 2);
  const run = coordinate(fleet, url, name, { notify: (message) => said.push(message) });
  for (const lines of [2, 6]) {
    await until(`${lines} shards are listed`, () => manifestLines(out) >= lines);
    const before = said.length;
    await own.kill();
    // Back at once, it might not be missed.
    await Promise.race([run, until('it is missed', () => said.length > before)]);
    await own.restart();
  }
  assert.ok((await run).finished);
  await assertComplete(name);
  assert.match(said.join('\n'), /^redis:.*: does not answer .*\n.*: answers again/);
});

test('Redis is away for longer than a lock, and comes back having lost everything', options, async (t) => {
  const { name, out } = ownPlace();
  const own = await startRedis(['--appendonly', 'no']);
  t.after(() => own.end());
  const url = own.url();
  const members = workers(t, url, 2);
  const run = coordinate(fleet, url, name);
  await until('shards are listed', () => manifestLines(out) >= 2);
  await own.kill();
  await new Promise((resolve) => setTimeout(resolve, 2.5 * SHORT.lock));
  await own.restart();
  assert.ok((await run).finished);
  await assertComplete(name);
  for (const member of members) assert.equal(await member.end(), 0, member.said());
});

test('a shard that is delivered twice at the same time', options, async (t) => {
  const { url, name } = ownPlace();
  const { queue } = await watchQueue(t, url);
  const run = coordinate(fleet, url, name);
  await until('the shards are queued', async () => (await queue.getWaitingCount()) > 5);
  for (const { data } of await queue.getWaiting(0, 4))
    await queue.add(ANNOTATE, data as ShardJob, { lifo: true, jobId: `again-${data.shard}` });
  workers(t, url, 2);
  assert.ok((await run).finished);
  await until(
    'the copies are done',
    async () => (await queue.count()) + (await queue.getActiveCount()) === 0,
  );
  await assertComplete(name);
});

test('the coordinator is killed, and killed again, while workers continue', options, async (t) => {
  const { url, name, out } = ownPlace();
  const { queue } = await watchQueue(t, url);
  workers(t, url, 1);
  const first = startCoordinator(fleet, url, name);
  await until('shards are listed', () => manifestLines(out) >= 2);
  await first.end('SIGKILL');
  const before = manifestLines(out);
  await until('workers have finished more', async () => (await queue.getCompletedCount()) >= 2);
  // What a coordinator leaves that is killed while it writes.
  writeFileSync(join(out, 'manifest.jsonl'), '{"shard":99,"id":"cut o', { flag: 'a' });
  const second = startCoordinator(fleet, url, name);
  await until('more are listed', () => manifestLinesOrNone(out) > before);
  await second.end('SIGKILL');
  assert.ok((await coordinate(fleet, url, name)).finished);
  await assertComplete(name);
});

/** While the last line is not whole. */
function manifestLinesOrNone(out: string): number {
  try {
    return manifestLines(out);
  } catch {
    return 0;
  }
}

test(
  'a coordinator that is killed while it plans: the plan is continued, and refused for other inputs',
  options,
  async (t) => {
    const { url, name, out } = ownPlace();
    const whole = coordinate(fleet, url, `${name}-whole`);
    workers(t, url, 1);
    await whole;
    const plan = readFileSync(join(fleet.root, `${name}-whole`, 'plan.jsonl'), 'utf8');
    mkdirSync(out);
    const cut = plan.slice(0, Math.floor(plan.length / 2));
    writeFileSync(join(out, 'plan.jsonl'), cut);
    assert.ok((await coordinate(fleet, url, name)).finished);
    assert.equal(readFileSync(join(out, 'plan.jsonl'), 'utf8'), plan);
    await assertComplete(name);

    const path = join(fleet.inputs, 'texts', '0.txt');
    const content = readFileSync(path);
    t.after(() => writeFileSync(path, content));
    writeFileSync(path, 'Other cells.');
    await assert.rejects(coordinate(fleet, url, name), /was planned for other inputs/);
    rmSync(out, { recursive: true });
    mkdirSync(out);
    writeFileSync(join(out, 'plan.jsonl'), plan.slice(0, plan.length - 200));
    await assert.rejects(coordinate(fleet, url, name), /was planned for other inputs/);
  },
);

test('a disk that is full for a while', options, async (t) => {
  const { url, name, out } = ownPlace();
  const disk = join(out, 'shards');
  mkdirSync(disk, { recursive: true });
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
  const isMounted = mount.status === 0;
  // Without the right to mount, a file where the folder should be makes every write fail.
  if (isMounted) t.after(() => spawnSync('umount', ['--lazy', disk]));
  else writeFileSync(join(disk, '0000'), '');
  const [worker] = workers(t, url, 1);
  const run = coordinate(fleet, url, name);
  const said = isMounted ? /no space is left on the device/ : /part of the path is a file/;
  await until('the worker has met the full disk', () => said.test(worker.said()));
  if (isMounted) spawnSync('mount', ['-o', 'remount,size=64m', disk]);
  else rmSync(join(disk, '0000'));
  const { finished, failed } = await run;
  assert.ok(finished);
  assert.deepEqual(failed, []);
  await assertComplete(name);
});

test(
  'an input that changes after it was planned fails its shard, not the others; mended, the same command finishes',
  options,
  async (t) => {
    const { url, name, out } = ownPlace();
    const { queue } = await watchQueue(t, url);
    const path = join(fleet.inputs, 'texts', '3.txt');
    const content = readFileSync(path);
    const stop = new AbortController();
    const planning = coordinate(fleet, url, name, { signal: stop.signal });
    await until(
      'the plan is complete',
      () =>
        existsSync(join(out, 'plan.jsonl')) &&
        /"listing"/.test(readFileSync(join(out, 'plan.jsonl'), 'utf8')),
    );
    await until('all is queued', async () => (await queue.getWaitingCount()) > 10);
    writeFileSync(path, 'Other cells.');
    workers(t, url, 2);
    const { finished, failed, shards } = await planning;
    assert.ok(!finished);
    assert.equal(failed.length, 1);
    assert.match(failed[0].reason, /its input is not what the coordinator read/);
    assert.equal(manifestLines(out), shards - 1);
    writeFileSync(path, content);
  },
);

test('a drained queue stops its coordinator; the same command continues', options, async (t) => {
  const { url, name } = ownPlace();
  const { queue } = await watchQueue(t, url);
  const run = coordinate(fleet, url, name);
  await until('the shards are queued', async () => (await queue.getWaitingCount()) > 5);
  await Promise.all([assert.rejects(run, /the queue was drained/), drainQueue(readAddress(url))]);
  workers(t, url, 1);
  assert.ok((await coordinate(fleet, url, name)).finished);
  await assertComplete(name);
});

test('a coordinator that is asked to stop while Redis is away does not wait for it', options, async (t) => {
  const { name } = ownPlace();
  const own = await startRedis();
  t.after(() => own.end());
  const stop = new AbortController();
  const { queue } = await watchQueue(t, own.url());
  const run = coordinate(fleet, own.url(), name, { signal: stop.signal });
  await until('the shards are queued', async () => (await queue.getWaitingCount()) > 5);
  await own.kill();
  stop.abort();
  assert.equal((await run).finished, false);
});

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { withAnswers } from '../../collection/europepmc-server.fixture';
import { startRedis, WITHOUT_REDIS } from '../../inference/queue/redis.fixture';
import { annotate, linesOf, PROGRAM, preparedModel } from '../annotate.fixture';

const options = { skip: WITHOUT_REDIS, timeout: 60_000 };
const PASSWORD = 'hunter2';

interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** A command of this program in the folder of the test, and what it prints. */
function start(cwd: string, line: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [PROGRAM, ...line], { cwd, env: { ...process.env, ...env } });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
    });
  const ended = once(child, 'close').then(([status]): Ended => ({ status, ...printed }));
  return { child: child as ChildProcess, printed, ended };
}

async function place(t: TestContext) {
  const redis = await startRedis([], PASSWORD);
  t.after(() => redis.end());
  const model = preparedModel(t);
  const folder = join(model, '..');
  mkdirSync(join(folder, 'articles'));
  for (let index = 0; index < 30; index++)
    writeFileSync(join(folder, 'articles', `${index}.txt`), `T cells and liver grew. End ${index}.`);
  return { folder, model, address: redis.url().replace(`:${PASSWORD}@`, ''), redis };
}

test(
  'annotate --queue with two `queue work`: the commands, their JSON, and the file of one machine',
  options,
  async (t) => {
    const { folder, model, address } = await place(t);
    const env = { FALCONFRAMES_QUEUE: address, FALCONFRAMES_QUEUE_PASSWORD: PASSWORD };
    const run = (...line: string[]) => start(folder, line, env).ended;
    const fleet = ['articles', '--model', model, '--queue', address, '--out', 'run', '--shard-size', '10'];

    const workers = [1, 2].map(() =>
      start(folder, ['queue', 'work', '--model', model, '--workers', '1', '--json'], env),
    );
    t.after(() => workers.map(({ child }) => child.kill('SIGKILL')));
    const coordinated = await run('annotate', ...fleet, '--json');
    assert.equal(coordinated.status, 0, coordinated.stderr);
    const report = JSON.parse(coordinated.stdout) as { documents: number; shards: number; finished: boolean };
    assert.deepEqual([report.documents, report.finished], [30, true]);

    assert.equal((await run('queue', 'merge', 'run', '--out', 'merged.jsonl')).status, 0);
    const one = annotate(['--model', model, join(folder, 'articles')]);
    assert.equal(readFileSync(join(folder, 'merged.jsonl'), 'utf8'), one.stdout);

    const status = JSON.parse((await run('queue', 'status', '--json')).stdout);
    assert.equal(status.workers.length, 2);
    assert.deepEqual([status.waiting, status.failed, status.run], [0, 0, undefined]);
    for (const { child } of workers) child.kill('SIGTERM');
    const counts = await Promise.all(
      workers.map(async ({ ended }) => {
        const { status, stdout, stderr } = await ended;
        assert.equal(status, 0, stderr);
        return JSON.parse(stdout).documents as number;
      }),
    );
    assert.equal(counts[0] + counts[1], 30);
    const again = await run('annotate', ...fleet);
    assert.match(again.stderr, /30 documents/);
  },
);

test(
  'a machine with another model, and other options for the same folder, are refused',
  options,
  async (t) => {
    const { folder, model, address, redis } = await place(t);
    const other = join(folder, 'other-model');
    const { cpSync } = await import('node:fs');
    cpSync(model, other, { recursive: true });
    const configuration = JSON.parse(readFileSync(join(other, 'config.json'), 'utf8'));
    writeFileSync(join(other, 'config.json'), JSON.stringify({ ...configuration, note: 'another' }));
    const queue = ['--queue', redis.url()];
    const fleet = ['annotate', 'articles', ...queue, '--out', 'run'];
    const coordinator = start(folder, [...fleet, '--model', model]);
    t.after(() => coordinator.child.kill('SIGKILL'));
    const waits = async () =>
      JSON.parse((await start(folder, ['queue', 'status', ...queue, '--json']).ended).stdout);
    while ((await waits()).waiting === 0);
    const refused = await start(folder, ['queue', 'work', ...queue, '--model', other]).ended;
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /the queue is for another model \([0-9a-f]{12}…\) than this machine's/);
    assert.equal((await waits()).waiting, 1, 'nothing was taken');

    const second = await start(folder, ['annotate', 'articles', ...queue, '--out', 'other', '--model', model])
      .ended;
    assert.match(second.stderr, /is in use by the run of run, started .* `falconframes queue drain`/);
    coordinator.child.kill('SIGINT');
    const stopped = await coordinator.ended;
    assert.equal(stopped.status, 1);
    assert.match(stopped.stderr, /stopped; workers continue .* the same command continues the run/);
    const changed = await start(folder, [...fleet, '--model', model, '--offsets', 'codepoints']).ended;
    assert.match(changed.stderr, /was started with another offsets \(utf16, now codepoints\)/);
    const drained = await start(folder, ['queue', 'drain', ...queue]).ended;
    assert.match(drained.stdout, /^1 shard removed/);
    for (const { stdout, stderr } of [refused, second, stopped, changed, drained])
      assert.doesNotMatch(stdout + stderr, new RegExp(PASSWORD));
    assert.ok(address);
  },
);

test('the articles of a query are collected and annotated', options, async (t) => {
  const { folder, model, redis } = await place(t);
  await withAnswers({}, async ({ options: { baseUrl } }) => {
    const env = { FALCONFRAMES_EUROPEPMC_URL: baseUrl };
    const worker = start(folder, [
      'queue',
      'work',
      '--queue',
      redis.url(),
      '--model',
      model,
      '--workers',
      '1',
    ]);
    t.after(() => worker.child.kill('SIGKILL'));
    const line = ['annotate', '--query', 'HeLa', '--limit', '3', '--queue', redis.url(), '--model', model];
    const { status, stderr } = await start(folder, [...line, '--out', 'run'], env).ended;
    assert.equal(status, 0, stderr);
    assert.equal((await start(folder, ['queue', 'merge', 'run', '--out', 'merged.jsonl']).ended).status, 0);
    const lines = linesOf(readFileSync(join(folder, 'merged.jsonl'), 'utf8'));
    assert.deepEqual(
      lines.map(({ id }) => id),
      ['PMC1', 'PMC2', 'PMC3'],
    );
  });
});

test('what cannot work is refused with one sentence', (t) => {
  const model = preparedModel(t);
  const text = join(model, '..', 'a.txt');
  writeFileSync(text, 'T cells');
  const queue = ['--model', model, '--queue', 'redis://me:hunter2@127.0.0.1:1'];
  const cases: [string[], RegExp][] = [
    [[text, ...queue], /--queue needs --out/],
    [[...queue, '--out', 'x'], /--queue needs files, folders or --query/],
    [[text, ...queue, '--out', 'x', '--workers', '2'], /--workers is said to `queue work`/],
    [
      [text, ...queue, '--out', join(model, '..', 'x')],
      /is outside the roots .* add a --root that contains it/,
    ],
    [
      [text, ...queue, '--root', join(model, '..'), '--out', join(model, '..', 'x')],
      /127\.0\.0\.1:1: cannot be reached \(ECONNREFUSED\)/,
    ],
    [[text, '--model', model, '--queue', 'localhost', '--out', 'x'], /is not the address of a queue/],
  ];
  for (const [line, message] of cases) {
    const { status, stderr } = annotate(line);
    assert.equal(status, 1, line.join(' '));
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /hunter2/);
  }
  rmSync(text);
});

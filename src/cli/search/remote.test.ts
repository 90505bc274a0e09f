import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { type Sentence, writeSentences } from '../../foundation';
import { openRemoteTasks, readAddress } from '../../inference';
import { startRedis, WITHOUT_REDIS } from '../../inference/queue/redis.fixture';
import { tinyBertFolder } from '../../nn/tiny-bert.fixture';
import { PROGRAM } from '../annotate.fixture';

const options = { skip: WITHOUT_REDIS, timeout: 90_000 };

const sentences = ['t is', 'a t', 'is t a', 'no t'].map((text, paragraph): Sentence => {
  const start = text.indexOf('t');
  return {
    ...{ article: 'A', section: '', paragraph, offset: 0, text },
    ...{ spans: [{ start, end: start + 1, label: 'Cell' }], annotated: ['Cell'] },
  };
});

async function place(t: TestContext) {
  const redis = await startRedis();
  t.after(() => redis.end());
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-search-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const part of ['train', 'dev', 'test']) writeSentences(join(folder, `${part}.jsonl`), sentences);
  cpSync(tinyBertFolder, join(folder, 'encoder'), { recursive: true });
  const space = {
    parameters: { maximumLength: { choices: [16, 32, 4096] } },
    fixed: { encoder: join(folder, 'encoder'), epochs: 2, batchSize: 2 },
  };
  writeFileSync(join(folder, 'space.json'), JSON.stringify(space));
  const start = (...line: string[]) => {
    const child = spawn(process.execPath, [PROGRAM, ...line], { cwd: folder });
    t.after(() => child.kill('SIGKILL'));
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    return { child, said: () => said, ended: once(child, 'close').then(([status]) => status as number) };
  };
  return { redis, folder, start };
}

test('trials on other machines give the table of trials on this one', options, async (t) => {
  const { redis, folder, start } = await place(t);
  const data = ['train', 'dev', 'test'].flatMap((part) => [`--${part}`, `${part}.jsonl`]);
  const search = ['search', '--space', 'space.json', '--sampler', 'grid', ...data];
  const worker = start('queue', 'work', '--for', 'search', '--queue', redis.url());
  const remote = start(...search, '--out', 'remote', '--queue', redis.url(), '--workers', '2');
  assert.equal(await remote.ended, 0, remote.said());
  const here = start(...search, '--out', 'here');
  assert.equal(await here.ended, 0, here.said());
  const table = (out: string) =>
    (parse(readFileSync(join(folder, out, 'trials.csv')), { columns: true }) as Record<string, string>[]).map(
      ({ seconds: _, ...row }) => row,
    );
  assert.deepEqual(table('remote'), table('here'));
  assert.equal(table('remote').filter(({ status }) => status === 'failed').length, 1);
  assert.deepEqual(
    readdirSync(join(folder, 'remote', 'trials', '1')),
    readdirSync(join(folder, 'here', 'trials', '1')),
  );
  worker.child.kill('SIGTERM');
  assert.equal(await worker.ended, 0, worker.said());
  assert.equal(worker.said().match(/^Trial \d begins$/gm)?.length, 3, worker.said());
});

test(
  'a trial cannot read or write outside the roots, or name an encoder from elsewhere',
  options,
  async (t) => {
    const { redis, folder, start } = await place(t);
    const worker = start('queue', 'work', '--for', 'search', '--queue', redis.url());
    const timing = { lock: 5_000, poll: 50, pause: 10, attempts: 1 };
    const tasks = await openRemoteTasks<object, unknown>(readAddress(redis.url()), 'search', { timing });
    t.after(() => tasks.close());
    mkdirSync(join(folder, 'out', 'trials'), { recursive: true });
    writeFileSync(join(folder, 'out', 'search.jsonl'), '');
    symlinkSync('/etc/hostname', join(folder, 'link.jsonl'));
    const file = { file: { root: 0, path: 'train.jsonl' }, sha256: '' };
    const trial = {
      ...{ trial: 1, share: 1, precision: 'float32', settings: {}, encoder: { root: 0, path: 'encoder' } },
      ...{ train: [], dev: [], test: [], folder: { root: 0, path: 'out/trials/1' } },
    };
    const cases: [object, RegExp][] = [
      [{ ...trial, folder: { root: 0, path: 'encoder' } }, /is not the folder of a trial/],
      [{ ...trial, folder: { root: 0, path: '../x/trials/1' } }, /is not a path below a root/],
      [
        { ...trial, train: [{ ...file, file: { root: 0, path: 'link.jsonl' } }] },
        /is a link that leads outside/,
      ],
      [{ ...trial, train: [file] }, /is not what it was when the search began/],
      [{ ...trial, encoder: 'somebody/model' }, /is not in models\/registry\.json/],
      [{ ...trial, precision: 'x' }, /is not a trial of a search/],
      [{ ...trial, settings: { encoder: 1, unknown: 2 } }, /trial 1: .*unknown/],
    ];
    for (const [index, [task, message]] of cases.entries())
      await assert.rejects(tasks.ask(`trial-${index}`, task, new AbortController().signal), message);
    worker.child.kill('SIGTERM');
    assert.equal(await worker.ended, 0, worker.said());
  },
);

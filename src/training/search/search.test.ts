import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createRandom } from '../../foundation';
import { Journal } from './journal';
import { planRungs } from './rungs';
import { createSampler } from './samplers';
import { bestRecord, runSearch, type Search } from './search';
import type { Space } from './space';
import type { Outcome, TrialRecord, TrialTask } from './trial';
import type { FixtureJob } from './trial.fixture';
import { runInProcess } from './trial-process';

const folder = mkdtempSync(join(tmpdir(), 'search-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const newPath = () => join(folder, `${++files}.jsonl`);
const fixture = (name: string) => join(__dirname, `${name}.fixture.js`);
/** Removes seconds, which differ between runs. */
const withoutTime = (records: readonly TrialRecord[]) => records.map(({ seconds, ...record }) => record);

const space: Space = { x: { uniform: [-1, 1] }, kind: { choices: ['a', 'b', 'c'] } };
const about = { space, seed: 2 };

/** A search of an instantaneous function. */
function quick(trials: number, changes: Partial<Search> = {}): Search {
  return {
    rungs: planRungs(trials),
    suggest: createSampler('tpe', space, 2),
    run: async ({ trial, values }) =>
      trial === 4
        ? { failed: 'the fourth does' }
        : { score: -((values.x as number) ** 2), metrics: { x: null } },
    workers: 1,
    ...changes,
  };
}

test('a search stopped at any byte of its journal resumes to the same result', async () => {
  const path = newPath();
  const whole = Journal.open(path, about);
  assert.equal(await runSearch(whole, quick(13)), true);
  assert.deepEqual(
    whole.records.map(({ trial, saw }) => [trial, saw]),
    Array.from({ length: 13 }, (_, index) => [index + 1, index]),
  );
  const bytes = readFileSync(path);
  const random = createRandom(1);
  const header = bytes.indexOf('\n') + 1;
  const ends = [...bytes.keys()].filter((place) => place >= header && bytes[place] === 10);
  const cuts = [
    header,
    ...ends,
    ...ends.map((end) => end + 1),
    ...ends.map(() => header + random.below(bytes.length - header)),
  ];
  for (const cut of cuts) {
    const partial = newPath();
    writeFileSync(partial, bytes.subarray(0, cut));
    await runSearch(Journal.open(partial, about), quick(13));
    assert.deepEqual(
      withoutTime(Journal.open(partial, about).records),
      withoutTime(whole.records),
      `cut at ${cut}`,
    );
  }
});

test('finished trials are not repeated, and more trials are added', async () => {
  const path = newPath();
  await runSearch(Journal.open(path, about), quick(5));
  const tried: number[] = [];
  const run = async ({ trial }: TrialTask): Promise<Outcome> => {
    tried.push(trial);
    return { score: 0, metrics: {} };
  };
  await runSearch(Journal.open(path, about), quick(5, { run }));
  assert.deepEqual(tried, []);
  await runSearch(Journal.open(path, about), quick(8, { run }));
  assert.deepEqual(tried, [6, 7, 8]);
});

test('a journal that is damaged or of another search is rejected and unchanged', async () => {
  const path = newPath();
  await runSearch(Journal.open(path, about), quick(3));
  const lines = readFileSync(path, 'utf8').split('\n');
  const refuses = (content: string, message: RegExp, changed: Record<string, unknown> = about) => {
    const damaged = newPath();
    writeFileSync(damaged, content);
    assert.throws(() => Journal.open(damaged, changed), { name: 'InputError', message });
    assert.equal(readFileSync(damaged, 'utf8'), content);
  };
  const replaced = (index: number, line: string) => lines.with(index, line).join('\n');
  refuses(replaced(2, lines[2].slice(0, 30)), /\.jsonl line 3: damaged/);
  refuses(replaced(1, '{"trial":1}'), /\.jsonl line 2: damaged/);
  refuses(replaced(3, ''), /\.jsonl line 4: damaged/);
  refuses('', /\.jsonl line 1: damaged/);
  const other = { ...about, space: { x: { uniform: [-1, 2] } } };
  refuses(lines.join('\n'), /belongs to a search with other "space"/, other);
  refuses(lines.join('\n'), /belongs to a search with other "train"/, { ...about, train: ['abc'] });
});

test('killed repeatedly with SIGKILL, a search ends like an uninterrupted one', async () => {
  const [whole, killed] = [newPath(), newPath()];
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [fixture('killed-search'), ...args], { stdio: 'inherit' });
  assert.equal(run(whole, '24').status, 0);
  let kills = 0;
  // Each time at another moment after the second record.
  while (run(killed, '24', '2', String(kills % 6)).signal === 'SIGKILL') kills++;
  assert.ok(kills > 1, `it ended after ${kills} kills`);
  const recordsOf = (path: string) => {
    const [header, ...lines] = readFileSync(path, 'utf8').trim().split('\n');
    return [header, ...withoutTime(lines.map((line) => JSON.parse(line) as TrialRecord))];
  };
  assert.deepEqual(recordsOf(killed), recordsOf(whole));
});

test('several workers: a suggestion follows from the records that it says it saw', async () => {
  const journal = Journal.open(newPath(), about);
  const random = createRandom(9);
  const delays = Array.from({ length: 31 }, () => random.below(12));
  let running = 0;
  let most = 0;
  const run = async ({ trial, values }: TrialTask) => {
    most = Math.max(most, ++running);
    await wait(delays[trial]);
    running--;
    return { score: values.x as number, metrics: {} };
  };
  await runSearch(journal, quick(30, { run, workers: 3 }));
  assert.equal(most, 3);
  assert.deepEqual(
    journal.records.map(({ trial }) => trial).sort((one, other) => one - other),
    [...delays.keys()].slice(1),
  );
  const suggest = createSampler('tpe', space, 2);
  for (const { trial, saw, values } of journal.records) {
    const seen = journal.records.slice(0, saw).sort((one, other) => one.trial - other.trial);
    assert.deepEqual(values, suggest(trial, seen));
  }
});

/** Runs trials in processes that end as the values of `ends` say. */
function inProcesses(ends: FixtureJob['end'][], changes: Partial<Search> = {}): Search {
  return {
    rungs: planRungs(ends.length),
    suggest: (trial) => ({ end: ends[trial - 1] }),
    run: ({ values }, signal) => runInProcess(fixture('trial'), values, { signal }),
    workers: 4,
    ...changes,
  };
}

test('however the process of a trial ends, the reason is recorded and the search continues', async () => {
  const ends = ['input error', 'defect', 'exit', 'kill', 'nan', 0.25, 0.5];
  const journal = Journal.open(newPath(), {});
  await runSearch(journal, inProcesses(ends));
  const inOrder = [...journal.records].sort((one, other) => one.trial - other.trial);
  const reasons = inOrder.map((record) => ('failed' in record ? record.failed : record.score));
  assert.match(String(reasons.splice(1, 1)), /^TypeError: a defect\n/);
  assert.deepEqual(reasons, [
    'the data are bad',
    'its process ended with status 3: out of breath',
    'its process was killed by SIGKILL',
    'its score is NaN',
    0.25,
    0.5,
  ]);
  assert.equal(bestRecord(journal.records)?.trial, 7);
});

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Waits for a condition; a test that waits forever is ended by its timeout. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await wait(20);
}

test('an interrupted search stops its trials and records none of them', {
  timeout: 30_000,
}, async () => {
  const file = newPath();
  const interrupt = new AbortController();
  const journal = Journal.open(newPath(), {});
  const run: Search['run'] = (_, signal) =>
    runInProcess(fixture('trial'), { end: 'never', file }, { signal });
  const search = runSearch(journal, inProcesses(['never'], { run, signal: interrupt.signal }));
  await until(() => existsSync(file) && readFileSync(file, 'utf8') !== '');
  interrupt.abort();
  assert.equal(await search, false);
  assert.deepEqual(journal.records, []);
  await until(() => !isAlive(Number(readFileSync(file, 'utf8'))));
});

test('the processes of a killed search end with it', { timeout: 30_000 }, async () => {
  const file = newPath();
  const child = spawn(process.execPath, [fixture('waiting-search'), newPath(), file], { stdio: 'inherit' });
  await until(() => existsSync(file) && readFileSync(file, 'utf8') !== '');
  child.kill('SIGKILL');
  await until(() => !isAlive(Number(readFileSync(file, 'utf8'))));
});

test('progress shows trials, the best and the remaining time', async () => {
  const told: [number, number, string?][] = [];
  const progress = { update: (...now: [number, number, string?]) => void told.push(now), end() {} };
  const journal = Journal.open(newPath(), about);
  await runSearch(journal, quick(6, { progress }));
  assert.deepEqual(
    told.map(([done, total]) => [done, total]),
    Array.from({ length: 7 }, (_, done) => [done, 6]),
  );
  const { trial, score } = bestRecord(journal.records)!;
  assert.equal(told[6][2], `| best ${score.toFixed(3)} (trial ${trial}) | 0:00 min left`);
});

// Each test works on a copy of the set-up in a separate folder, whose path contains a space.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { SetupError } from './commands.mjs';
import { root } from './places.mjs';
import { runSteps } from './steps.mjs';

function copyOfSetup(t) {
  const copy = mkdtempSync(join(tmpdir(), 'falconframes set-up '));
  t.after(() => rmSync(copy, { recursive: true, force: true }));
  for (const name of ['environment', 'models/registry.json', 'package.json', 'package-lock.json']) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  return copy;
}

/** A step that records that it ran. */
function stepNamed(name, needs, journal, { done = false, fails = false } = {}) {
  return {
    name,
    needs,
    isDone: () => done,
    plan: () => 'works',
    async work() {
      await sleep(5);
      if (fails) throw new SetupError('what is missing, and the mend');
      journal.push(name);
    },
  };
}

test('a step starts once its prerequisites are done, and is skipped if it is done already', async () => {
  const journal = [];
  const steps = [
    stepNamed('base', [], journal),
    stepNamed('top', ['base', 'old'], journal),
    stepNamed('old', [], journal, { done: true }),
  ];
  const ordered = [steps[0], steps[2], steps[1]];
  const { worked, failed } = await runSteps(ordered, () => {});
  assert.deepEqual(journal, ['base', 'top']);
  assert.deepEqual(worked, ['base', 'top']);
  assert.deepEqual(failed, []);
});

test('steps after a failed one are not started, the others finish', async () => {
  const journal = [];
  const said = [];
  const steps = [
    stepNamed('broken', [], journal, { fails: true }),
    stepNamed('behind', ['broken'], journal),
    stepNamed('beside', [], journal),
  ];
  const { failed } = await runSteps(steps, (line) => said.push(line));
  assert.deepEqual(journal, ['beside']);
  assert.deepEqual(failed, ['broken']);
  assert.ok(said.includes('✗ broken: what is missing, and the mend'));
});

test('on a machine with only Node, each missing program is reported with the command that installs it', (t) => {
  const copy = copyOfSetup(t);
  const empty = join(copy, 'nothing');
  mkdirSync(empty);
  const { status, stdout } = spawnSync(process.execPath, [join(copy, 'environment', 'setup.mjs')], {
    env: { PATH: empty },
    encoding: 'utf8',
  });
  assert.equal(status, 1);
  assert.match(stdout, /✗ npm packages: npm is missing; install it with `apt-get install npm`/);
  assert.match(stdout, /✗ Python environment: Python is missing; install it with `apt-get install python3/);
  assert.ok(!existsSync(join(copy, '.venv')));
});

test('a Python that is too old is reported with its version', (t) => {
  const copy = copyOfSetup(t);
  const bin = join(copy, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'python3'), '#!/bin/sh\necho 3 9 /usr/bin/python3\n', { mode: 0o755 });
  const { stdout } = spawnSync(process.execPath, [join(copy, 'environment', 'setup.mjs')], {
    env: { PATH: bin },
    encoding: 'utf8',
  });
  assert.match(stdout, /Python 3\.10 to 3\.13 is needed \(python3 is 3\.9\)/);
});

test('npm packages count as installed once npm has recorded the versions of the lock file', async (t) => {
  const copy = copyOfSetup(t);
  const { npmPackages } = await import(pathToFileURL(join(copy, 'environment', 'npm.mjs')));
  const wanted = {
    '': { name: 'falconframes' },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/other-machine': { version: '1.0.0', integrity: 'sha512-b', optional: true },
  };
  const writeLock = (path, packages) => writeFileSync(join(copy, path), JSON.stringify({ packages }));
  writeLock('package-lock.json', wanted);
  assert.equal(npmPackages.isDone(), false);
  mkdirSync(join(copy, 'node_modules'));
  writeLock('node_modules/.package-lock.json', { 'node_modules/a': wanted['node_modules/a'] });
  assert.equal(npmPackages.isDone(), true);
  writeLock('node_modules/.package-lock.json', {
    'node_modules/a': { version: '1.0.1', integrity: 'sha512-c' },
  });
  assert.equal(npmPackages.isDone(), false);
});

test('processes left by a killed set-up are ended by the next, which waits for a running set-up', async (t) => {
  const copy = copyOfSetup(t);
  const module = (name) => JSON.stringify(pathToFileURL(join(copy, 'environment', name)).href);
  const script = (work) => `
    import { run } from ${module('commands.mjs')};
    import { whileAlone } from ${module('lock.mjs')};
    await whileAlone((line) => console.log(line), async () => { ${work} });`;
  const start = (work) => spawn(process.execPath, ['--input-type=module', '-e', script(work)]);
  const lockFile = join(copy, '.falconframes', 'setup.lock');
  const readLock = () => (existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')) : undefined);

  const first = start(`await run('sleep', ['60'], { log: 'sleep' })`);
  t.after(() => first.kill('SIGKILL'));
  while (!readLock()?.children.length) await sleep(20);
  const [sleeper] = readLock().children;

  const second = start(`console.log('alone')`);
  t.after(() => second.kill('SIGKILL'));
  let said = '';
  second.stdout.on('data', (text) => {
    said += text;
  });
  while (!said.includes('waiting for it')) await sleep(20);
  assert.doesNotThrow(() => process.kill(sleeper.pid, 0));

  first.kill('SIGKILL');
  const [status] = await once(second, 'close');
  assert.equal(status, 0);
  assert.match(said, /alone/);
  assert.ok(hasEnded(sleeper.pid));
  assert.ok(!existsSync(lockFile));
});

test('an interrupted set-up ends its programs and reports it in its status', async (t) => {
  const copy = copyOfSetup(t);
  const bin = join(copy, 'bin');
  mkdirSync(bin);
  symlinkSync('/bin/sleep', join(bin, 'sleep'));
  writeFileSync(join(bin, 'npm'), '#!/bin/sh\nsleep 60\n', { mode: 0o755 });
  const setup = spawn(process.execPath, [join(copy, 'environment', 'setup.mjs')], { env: { PATH: bin } });
  let said = '';
  setup.stdout.on('data', (text) => {
    said += text;
  });
  const lockFile = join(copy, '.falconframes', 'setup.lock');
  while (!existsSync(lockFile) || !JSON.parse(readFileSync(lockFile, 'utf8')).children.length)
    await sleep(20);
  const [npm] = JSON.parse(readFileSync(lockFile, 'utf8')).children;
  setup.kill('SIGINT');
  const [status] = await once(setup, 'close');
  assert.equal(status, 130);
  assert.match(said, /Interrupted; the next run finishes what is missing/);
  assert.ok(hasEnded(npm.pid));
});

/** Gone, or dead and not yet reaped by its new parent. */
function hasEnded(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return fields.slice(fields.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return true;
  }
}

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { acquireLock, withLock } from './lock';

const folder = mkdtempSync(join(tmpdir(), 'lock-'));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const lockModule = JSON.stringify(join(__dirname, 'lock.js'));

test('a second run is rejected until the first releases the lock', async () => {
  const release = acquireLock(at('out'));
  assert.throws(() => acquireLock(at('out')), /out: is in use by another run \(process \d+\)/);
  const other = `try { require(${lockModule}).acquireLock(process.argv[1]) } catch (error) { console.log(error.message) }`;
  const said = execFileSync(process.execPath, ['-e', other, at('out')], { encoding: 'utf8' });
  assert.match(said, new RegExp(`in use by another run \\(process ${process.pid}\\)`));
  release();
  await withLock(at('out'), async () => assert.ok(existsSync(at('out.lock'))));
  await assert.rejects(
    withLock(at('out'), () => Promise.reject(new Error('failed'))),
    /failed/,
  );
  assert.deepEqual(readdirSync(folder), []);
});

test('the lock of a killed run, a damaged one and an empty one are taken over; one from another machine is not', async () => {
  const program = `require(${lockModule}).acquireLock(process.argv[1]); console.log('locked'); setInterval(() => {}, 1000)`;
  const child = spawn(process.execPath, ['-e', program, at('killed')]);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  assert.throws(() => acquireLock(at('killed')), /in use/);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.on('close', resolve));
  acquireLock(at('killed'))();

  for (const content of ['', '{"pid":', '{"pid":-1}', 'null']) {
    writeFileSync(at('damaged.lock'), content);
    acquireLock(at('damaged'))();
  }
  writeFileSync(at('data.lock'), '{"text":"A sentence."}\n'.repeat(100));
  assert.throws(() => acquireLock(at('data')), /data\.lock: is not a lock file.*rename it/);
  assert.equal(readFileSync(at('data.lock'), 'utf8').length, 2300);
  // A process number that has been reused since.
  const reused = { pid: process.pid, started: '1', host: hostname() };
  writeFileSync(at('reused.lock'), JSON.stringify(reused));
  acquireLock(at('reused'))();

  writeFileSync(at('far.lock'), JSON.stringify({ pid: 1, host: 'elsewhere' }));
  assert.throws(
    () => acquireLock(at('far')),
    /on another machine \(process 1 of elsewhere\).*delete .*far\.lock/,
  );
});

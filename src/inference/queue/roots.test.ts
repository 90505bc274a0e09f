import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseShardJob, refusalOf } from './jobs';
import { locateInRoots, openRoots, resolveInRoots } from './roots';
import { VERSION } from './run';
import { sourcesOfShard } from './shards';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'falconframes-roots-')));
after(() => rmSync(folder, { recursive: true }));
const at = (...names: string[]) => join(folder, ...names);
mkdirSync(at('data', 'deep'), { recursive: true });
mkdirSync(at('data-of-others'));
mkdirSync(at('out'));
for (const name of ['data/a.txt', 'data/deep/b.txt', 'data-of-others/secret.txt'])
  writeFileSync(at(name), 'liver');
symlinkSync(at('data-of-others', 'secret.txt'), at('data', 'link.txt'));
symlinkSync('../data-of-others', at('data', 'folder-link'));
symlinkSync('deep/b.txt', at('data', 'inner-link.txt'));
const roots = openRoots([at('data'), at('out')]);

test('paths are relative to the root that contains them, with links resolved', () => {
  assert.deepEqual(locateInRoots(roots, at('data', 'deep', 'b.txt')), { root: 0, path: 'deep/b.txt' });
  assert.deepEqual(locateInRoots(roots, at('data', 'inner-link.txt')), { root: 0, path: 'deep/b.txt' });
  assert.deepEqual(locateInRoots(roots, at('out', 'not', 'there', 'yet')), {
    root: 1,
    path: 'not/there/yet',
  });
  for (const path of [at('data', 'link.txt'), at('data-of-others'), at('data', '..'), '/etc/passwd'])
    assert.throws(() => locateInRoots(roots, path), /is outside the roots that the machines share/);
  assert.throws(() => openRoots([at('missing')]), /missing: cannot be read/);
});

test('the path of a job cannot leave the roots: absolute, with .., through a link, or with an unknown root', () => {
  assert.equal(resolveInRoots(roots, { root: 0, path: 'inner-link.txt' }), at('data', 'deep', 'b.txt'));
  assert.equal(resolveInRoots(roots, { root: 0, path: '' }), at('data'));
  const outside: [number, string, RegExp][] = [
    [0, '/etc/passwd', /is not a path below a root/],
    [0, '../data-of-others/secret.txt', /is not a path below a root/],
    [0, 'deep/../../data-of-others/secret.txt', /is not a path below a root/],
    [0, 'a.txt\0', /is not a path below a root/],
    [0, 'link.txt', /is a link that leads outside/],
    [0, 'folder-link/secret.txt', /is a link that leads outside/],
    [2, 'a.txt', /this machine has 2; give the same --root/],
    [-1, 'a.txt', /give the same --root/],
  ];
  for (const [root, path, message] of outside)
    assert.throws(() => resolveInRoots(roots, { root, path }), { name: 'InputError', message }, path);
});

test('a shard whose file leads outside the roots is refused before the file is opened', async () => {
  const file = { root: 0, path: 'link.txt', id: 'x', format: 'text' as const, bytes: 5, first: 0, count: 1 };
  const shard = { shard: 0, id: '', input: '', bytes: 5, files: [file] };
  await assert.rejects(async () => {
    for await (const _ of sourcesOfShard(shard, roots));
  }, /is a link that leads outside/);
});

test('a job that is not a shard is refused', () => {
  const hash = '0123456789abcdef'.repeat(2);
  const job = { run: hash, id: hash, shard: 1, offset: 0, length: 10, folder: { root: 0, path: 'run' } };
  assert.deepEqual(parseShardJob({ ...job, more: 'ignored' }), job);
  const wrong = [
    undefined,
    null,
    'text',
    { ...job, id: '../../etc' },
    { ...job, shard: -1 },
    { ...job, length: 1e12 },
    { ...job, folder: 'run' },
    { ...job, folder: { root: '0', path: 'run' } },
  ];
  for (const data of wrong) assert.throws(() => parseShardJob(data), /the job is not a shard/);
});

test('a machine works for its own version and model alone', () => {
  assert.equal(refusalOf({ version: VERSION, model: 'a' }, 'a'), undefined);
  assert.match(
    refusalOf({ version: '0.0.0', model: 'a' }, 'a')!,
    /is for version 0\.0\.0 of falconframes, this machine has/,
  );
  assert.match(refusalOf({ version: VERSION, model: 'b' }, 'a')!, /is for another model/);
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { projectRoot } from '../foundation';

const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
after(() => rmSync(folder, { recursive: true }));
const collection = join(folder, 'collection');

function collect(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const program = join(projectRoot, 'environment', 'falconframes.cjs');
  return spawnSync(process.execPath, [program, 'collect', ...args], { cwd: folder, encoding: 'utf8' });
}

test('ids of both kinds are collected, and --check lists per article what the collection lacks', () => {
  writeFileSync(join(folder, 'ids.txt'), 'MED/90000001\r\n\nPMC:90000002\n');
  const collected = collect('--source', 'sample', '--ids', 'ids.txt', '--out', collection);
  assert.equal(collected.status, 0, collected.stderr);
  assert.match(collected.stdout, /^2 of 2 articles/);
  const path = join(collection, 'articles', 'PMC90000002.json');
  const article = JSON.parse(readFileSync(path, 'utf8'));
  const [lost] = article.annotations.splice(0, 1);
  writeFileSync(path, JSON.stringify(article));
  const table = collect('--check', '--out', collection);
  assert.equal(table.status, 0, table.stderr);
  assert.match(table.stdout, /^2 articles of .* checked; 1 differ/);
  assert.match(table.stdout, /PMC90000002 +1 +0 +0\n/);
  const report = JSON.parse(collect('--check', '--out', collection, '--json').stdout);
  assert.deepEqual(report.articles.PMC90000002, { added: [lost], changed: [], removed: [] });
  assert.equal(report.totals[lost.type].added, 1);
});

test('bad ids, options and folders are reported in one sentence', () => {
  writeFileSync(join(folder, 'wrong.txt'), 'PMC90000001\n22536497\n');
  const source = ['--source', 'sample', '--out', collection];
  for (const [pattern, ...args] of [
    [
      /wrong\.txt line 2: "22536497" is not an article id; write one such as/,
      ...source,
      '--ids',
      'wrong.txt',
    ],
    [/--source is missing; name one of: europepmc, sample, replay/, '--out', collection],
    [/manifest\.json: cannot be read/, '--check', '--out', join(folder, 'nowhere')],
    [/folder to replay is missing/, '--source', 'replay', '--out', join(folder, 'replayed')],
    [/give ids, a query or types/, '--source', 'europepmc', '--out', collection],
  ] as [RegExp, ...string[]][]) {
    const { status, stdout, stderr } = collect(...args);
    assert.notEqual(status, 0);
    assert.equal(stdout, '');
    assert.match(stderr, pattern);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
  }
});

test('the status is 1 if nothing was collected and 0 otherwise; missing articles are listed', () => {
  writeFileSync(join(folder, 'none.txt'), 'PMC90000098\nMED:90000099\n');
  writeFileSync(join(folder, 'some.txt'), 'PMC90000001\nPMC90000098\n');
  const none = collect('--source', 'sample', '--ids', 'none.txt', '--out', join(folder, 'none'), '--json');
  assert.equal(none.status, 1);
  assert.match(
    none.stderr,
    /^falconframes: none of 2 articles could be collected \(MED:90000099: .*\); manifest/,
  );
  assert.equal(none.stderr.trim().split('\n').length, 1);
  assert.deepEqual(Object.keys(JSON.parse(none.stdout).missing), ['MED:90000099', 'PMC90000098']);
  const some = collect('--source', 'sample', '--ids', 'some.txt', '--out', join(folder, 'some'));
  assert.equal(some.status, 0, some.stderr);
  assert.match(some.stdout, /^1 of 2 articles/);
  assert.match(some.stdout, /PMC90000098 is missing: /);
});

test('an output path that is an input or not a folder is rejected before any work', () => {
  const ids = join(folder, 'ids-only.txt');
  writeFileSync(ids, 'PMC90000001\n');
  const inside = join(folder, 'inside');
  mkdirSync(inside);
  writeFileSync(join(inside, 'manifest.json'), 'PMC90000001\n');
  for (const [list, out] of [
    [ids, ids],
    [join(inside, 'manifest.json'), inside],
    [ids, join(ids, 'below')],
  ]) {
    const content = readFileSync(list, 'utf8');
    const { status, stdout, stderr } = collect('--source', 'sample', '--ids', list, '--out', out);
    assert.deepEqual([status, stdout, stderr.trim().split('\n').length], [1, '', 1], stderr);
    assert.equal(readFileSync(list, 'utf8'), content);
  }
});

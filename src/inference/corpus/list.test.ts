import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { InputError } from '../../foundation';
import { listInputs } from './list';
import { openSources } from './open';
import { folderOf, read, readFiles } from './reading.fixture';

const ids = (...paths: string[]) => listInputs(paths).files.map(({ id }) => id);

test('files with the same name get their relative path as id, others their name', (t) => {
  const folder = folderOf(t, {
    'PMC1/fulltext.xml': 'x',
    'PMC2/fulltext.xml': 'x',
    'PMC3/other.xml': 'x',
    'PMC4/a.txt': 'x',
    'PMC4/a.xml.gz': 'x',
    'fulltext.xml': 'x',
  });
  const expected = ['PMC1/fulltext', 'PMC2/fulltext', 'other', 'PMC4/a.txt', 'PMC4/a.xml.gz', 'fulltext'];
  assert.deepEqual(ids(folder), expected);
  const one = join(folder, 'PMC1');
  const two = join(folder, 'PMC2');
  assert.deepEqual(ids(one, two), [join(one, 'fulltext.xml'), join(two, 'fulltext.xml')]);
  assert.deepEqual(ids(one), ['fulltext']);
  const file = join(one, 'fulltext.xml');
  assert.deepEqual(ids(file, file), ['fulltext', 'fulltext']); // given twice, it is one document
});

test('other files in a folder are skipped, counted and reported; the documents are read', async (t) => {
  const folder = folderOf(t, {
    'a/good.txt': 'HeLa cells',
    'a/._good.txt': 'Mac',
    '.git/x.txt': 'hidden',
    '__MACOSX/good.txt': 'Mac',
    '.DS_Store': 'Mac',
    'picture.png': 'PNG',
    'package.json': '{}',
    'z.txt': 'liver',
  });
  symlinkSync('..', join(folder, 'a', 'up'));
  symlinkSync(folder, join(folder, 'again'));
  symlinkSync('itself.txt', join(folder, 'itself.txt'));
  symlinkSync('missing', join(folder, 'nowhere.txt'));
  assert.equal(spawnSync('mkfifo', [join(folder, 'pipe.txt'), join(folder, 'pipe.json')]).status, 0);
  const { skipped, files } = listInputs([folder]);
  const found = await read(openSources(files));
  assert.deepEqual(
    found.filter((one) => typeof one !== 'string'),
    [
      ['good', 'HeLa cells'],
      ['z', 'liver'],
    ],
  );
  const [itself, nowhere, ...others] = found.filter((one) => typeof one === 'string');
  assert.match(String(itself), /itself\.txt: cannot be read, its links form a cycle/);
  assert.match(String(nowhere), /nowhere\.txt: cannot be read, there is no such file/);
  assert.deepEqual(others, []);
  const sentences = skipped.sentences().join('\n').replaceAll(`${folder}/`, '');
  assert.match(sentences, /Skipped 4 hidden files and folders: \.DS_Store, \.git, __MACOSX, a\/\._good\.txt/);
  assert.match(sentences, /Skipped 2 files of other kinds: package\.json, picture\.png/);
  assert.match(sentences, /Skipped 2 pipes, sockets and devices: pipe\.json, pipe\.txt/);
  assert.match(sentences, /Skipped 2 folders that links had already led to: a\/up, again/);
});

test('links to folders outside are followed, once', async (t) => {
  const outside = folderOf(t, { 'b.txt': 'brain' });
  const folder = folderOf(t, { 'a.txt': 'liver' });
  symlinkSync(outside, join(folder, 'one'));
  symlinkSync(outside, join(folder, 'two'));
  assert.deepEqual(ids(folder), ['a', 'b']);
  // Without the check, folders that link to each other twice would be visited a million times.
  for (let depth = 0; depth < 20; depth++) {
    spawnSync('mkdir', [join(folder, `d${depth}`)]);
    for (const name of ['x', 'y']) symlinkSync(`../d${depth + 1}`, join(folder, `d${depth}`, name));
  }
  spawnSync('mkdir', [join(folder, 'd20')]);
  writeFileSync(join(folder, 'd20', 'deep.txt'), 'lung');
  assert.deepEqual(ids(folder).sort(), ['a', 'b', 'deep']);
});

test('files with names that are not UTF-8 are read', { skip: process.platform !== 'linux' }, async (t) => {
  const folder = folderOf(t, { 'good.txt': 'liver' });
  const bad = (name: string) => Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')]);
  writeFileSync(bad('für.txt'), 'HeLa cells');
  writeFileSync(bad('lines-ü.jsonl'), '{"id":"x","text":"brain"}\n');
  spawnSync('mkdir', ['-p', join(folder, 'sub')]);
  const { files } = listInputs([folder]);
  assert.deepEqual(await read(openSources(files)), [
    ['f\ufffdr', 'HeLa cells'],
    ['good', 'liver'],
    ['x', 'brain'],
  ]);
  assert.ok(files.every(({ place }) => place.startsWith(folder)));
  await assert.rejects(async () => readFiles(join(folder, 'f\ufffdr.txt')), /its name is not UTF-8/);
});

test('control characters in names are escaped', async (t) => {
  const folder = folderOf(t, { 'a\u001b[31m.txt': '%PDF-1.4' });
  const [damage] = await readFiles(folder);
  assert.match(String(damage), /a\\x1b\[31m\.txt: is a PDF/);
});

test('a folder without read permission is reported, and the others are read', async (t) => {
  const folder = folderOf(t, { 'a/x.txt': 'liver', 'b.txt': 'brain' });
  chmodSync(folder, 0o755);
  chmodSync(join(folder, 'a'), 0);
  // Root can read everything.
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    const [damage, document] = await readFiles(folder);
    assert.match(String(damage), /a: cannot be read/);
    assert.deepEqual(document, ['b', 'brain']);
  } finally {
    if (isRoot) process.seteuid?.(0);
    chmodSync(join(folder, 'a'), 0o700);
  }
});

test('a missing path, or a folder without documents, is refused', (t) => {
  const folder = folderOf(t, { 'a.png': '' });
  assert.throws(() => listInputs([join(folder, 'none.txt')]), InputError);
  assert.throws(() => listInputs([folder]), /holds nothing to annotate/);
});

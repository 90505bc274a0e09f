import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InputError } from './errors';
import { LineWriter } from './line-writer';
import { readLines } from './lines';
import { whileWriting, writeFileAtomically } from './output-file';

const folder = mkdtempSync(join(tmpdir(), 'lines-'));
after(() => rmSync(folder, { recursive: true }));

test('lines are read whole, even if a chunk ends inside a character', () => {
  const path = join(folder, 'long.txt');
  const lines = Array.from({ length: 400 }, (_, index) => '😀é'.repeat(index * 7) + index);
  const writer = new LineWriter(path);
  for (const line of lines) writer.write(line);
  assert.ok(!existsSync(path));
  writer.finish();
  assert.ok(readFileSync(path).length > 2 << 20);
  assert.deepEqual([...readLines(path)], lines);
});

test('a last line without a line end counts; an empty file has no lines', () => {
  const path = join(folder, 'short.txt');
  writeFileSync(path, 'a\n\nb');
  assert.deepEqual([...readLines(path)], ['a', '', 'b']);
  writeFileSync(path, '');
  assert.deepEqual([...readLines(path)], []);
});

test('discarding leaves no file; an unreadable file is named', () => {
  const before = readdirSync(folder);
  const writer = new LineWriter(join(folder, 'gone.txt'));
  writer.write('x');
  writer.discard();
  assert.deepEqual(readdirSync(folder), before);
  assert.throws(() => [...readLines(join(folder, 'none.txt'))], InputError);
  assert.throws(() => [...readLines(folder)], InputError);
});

test('a full disk and an impossible path are each reported in one sentence', () => {
  const full: NodeJS.ErrnoException = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
  const write = () =>
    whileWriting('model.bin', () => {
      throw full;
    });
  assert.throws(write, { name: 'InputError', message: /^model\.bin: cannot be written, no space is left/ });
  const file = join(folder, 'file');
  writeFileSync(file, '');
  assert.throws(
    () => writeFileAtomically(join(file, 'x'), ''),
    /cannot be written, part of the path is a file/,
  );
  assert.throws(() => new LineWriter(join(file, 'x')), /cannot be written, part of the path is a file/);
});

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { InputError } from '../foundation';
import { readIds } from './id-file';

const folder = mkdtempSync(join(tmpdir(), 'ids-'));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'ids.txt');

function read(content: string | Uint8Array): string[] {
  writeFileSync(path, content);
  return readIds(path);
}

test('ids are read with any line ends and encodings, without duplicates', () => {
  const text = 'PMC1\r\n\r\n MED/2 \r\npmc:3\nPMC1\n';
  const ids = ['PMC1', 'MED:2', 'PMC3'];
  const utf16 = Buffer.from(text, 'utf16le');
  assert.deepEqual(read(text), ids);
  assert.deepEqual(read(`\ufeff${text}`), ids);
  assert.deepEqual(read(Buffer.concat([Buffer.from([0xff, 0xfe]), utf16])), ids);
  assert.deepEqual(read(Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()])), ids);
  assert.deepEqual(read(gzipSync(text)), ids);
  assert.deepEqual(read('PMC1\rMED/2\r'), ['PMC1', 'MED:2']);
  assert.deepEqual(read('PMC1'), ['PMC1']);
  // Line ends and characters fall on the borders of the pieces in which the file is read.
  const many = Array.from({ length: 50_000 }, (_, index) => `PMC${index + 1}`);
  assert.deepEqual(read(many.join('\r\n')), many);
});

test('invalid id files are refused with the line, as early as possible', () => {
  const refused = (content: string | Uint8Array, reason: RegExp) =>
    assert.throws(
      () => read(content),
      (error: Error) => error instanceof InputError && reason.test(error.message),
    );
  refused('', /holds no id/);
  refused(' \n\ufeff\n', /holds no id/);
  refused('PMC1\nPMC2;PMC3\n', /ids\.txt line 2: "PMC2;PMC3" is not an article id/);
  refused('PMC1\n\u001b[31mPMC2', /line 2: "\\x1b\[31mPMC2" is not an article id/);
  refused(`PMC${'9'.repeat(240)}`, /line 1: "PMC9{57}" is not an article id/);
  refused('PMC1/../../x', /not an article id/);
  refused(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0]), /ids\.txt/);
  refused(`PMC1\n${'x'.repeat(2 ** 20)}\n`, /line 2: "x{60}" is not an article id/);
  refused(`PMC1\n${'x'.repeat(100 * 2 ** 20)}`, /line 2: longer than/);
  assert.throws(() => readIds(folder), /it is a folder; name a file/);
  assert.throws(() => readIds(join(folder, 'none')), /there is no such file/);
  assert.throws(() => readIds('/dev/null'), /holds no id/);
});

test('a pipe is read to its end, even from a slow writer', () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  spawn('sh', ['-c', `exec > "${pipe}"; sleep 0.2; echo PMC1; sleep 0.2; echo PMC2`], { stdio: 'ignore' });
  assert.deepEqual(readIds(pipe), ['PMC1', 'PMC2']);
});

test('more than a million ids are refused without being kept in memory', () => {
  writeFileSync(path, '');
  for (let thousand = 0; thousand < 1_001; thousand++)
    appendFileSync(
      path,
      Array.from({ length: 1_000 }, (_, one) => `PMC${thousand * 1_000 + one + 1}\n`).join(''),
    );
  assert.throws(() => readIds(path), /more than 1000000 ids; split the file/);
});

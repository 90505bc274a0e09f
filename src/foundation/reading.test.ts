import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { readTextFile } from './files';
import { readLines } from './lines';

const folder = mkdtempSync(join(tmpdir(), 'reading-'));
after(() => rmSync(folder, { recursive: true }));

const path = join(folder, 'file');
function linesOf(content: string | Uint8Array): string[] {
  writeFileSync(path, content);
  return [...readLines(path)];
}

const bigEndian = (text: string) => Buffer.from(text, 'utf16le').swap16();

test('byte order marks, UTF-16 and gzip are detected by content, whatever the file name', () => {
  const text = 'HeLa 😀 cells\n\nin the liver é\n';
  const lines = ['HeLa 😀 cells', '', 'in the liver é'];
  const contents = [
    Buffer.from(text),
    Buffer.from(`\ufeff${text}`),
    Buffer.from(`\ufeff${text}`, 'utf16le'),
    bigEndian(`\ufeff${text}`),
    Buffer.from('HeLa cells in the liver\n'.repeat(4), 'utf16le'),
    bigEndian('HeLa cells in the liver\n'.repeat(4)),
  ];
  for (const [index, content] of contents.entries()) {
    const expected = index < 4 ? lines : Array(4).fill('HeLa cells in the liver');
    for (const bytes of [
      content,
      gzipSync(content),
      Buffer.concat([gzipSync(content.subarray(0, 6)), gzipSync(content.subarray(6))]),
    ]) {
      assert.deepEqual(linesOf(bytes), expected);
      assert.equal(readTextFile(path), `${expected.join('\n')}\n`);
    }
  }
});

test('UTF-16 longer than one chunk is decoded completely', () => {
  const lines = Array.from({ length: 500 }, (_, index) => '😀é'.repeat(index * 7) + index);
  assert.deepEqual(linesOf(Buffer.from(`\ufeff${lines.join('\n')}`, 'utf16le')), lines);
  assert.deepEqual(linesOf(gzipSync(lines.join('\n'))), lines);
});

test('lines end with LF or CRLF, or with CR in a file without LF', () => {
  assert.deepEqual(linesOf('a\r\nb\r\n\r\nc'), ['a', 'b', '', 'c']);
  assert.deepEqual(linesOf('a\r\nb\r'), ['a', 'b']);
  assert.deepEqual(linesOf('a\rb\r\rc\r'), ['a', 'b', '', 'c']);
  assert.deepEqual(linesOf('a\rb\nc'), ['a\rb', 'c']);
  assert.deepEqual(linesOf('\n'), ['']);
  assert.deepEqual(linesOf('\ufeff'), []);
});

test('content that is not text is reported with its line or kind', () => {
  const fails = (content: string | Uint8Array, pattern: RegExp) => {
    assert.throws(() => linesOf(content), { name: 'InputError', message: pattern });
    assert.throws(() => readTextFile(path), { name: 'InputError', message: pattern });
  };
  fails(Buffer.from('HeLa\nZürich\n', 'latin1'), /file line 2: not UTF-8; save the file as UTF-8/);
  fails(Buffer.from(`${'HeLa\n'.repeat(400_000)}\xfc`, 'latin1'), /file line 400001: not UTF-8/);
  fails('HeLa\ncel\0ls', /file line 2: contains a NUL byte/);
  fails(`${'HeLa\n'.repeat(400_000)}\0`, /file line 400001: contains a NUL byte/);
  fails('version https://git-lfs.github.com/spec/v1\noid sha256:0\n', /Git LFS.*git lfs pull/);
  fails('%PDF-1.4 HeLa', /is a PDF/);
  fails(Buffer.from([0xff, 0xfe, 0, 0xd8, 65, 0]), /begins as UTF-16 but is not valid UTF-16/);
  fails(gzipSync('HeLa cells in the liver').subarray(0, 20), /cannot be unpacked/);
  fails(gzipSync('%PDF-1.4'), /is a PDF/);
  fails(gzipSync(Buffer.alloc((1 << 28) + 1)), /unpacks to more than 256 MiB; unpack it/);
});

test('a line longer than 64 MiB is rejected with its number', () => {
  writeFileSync(path, `{}\n${'a'.repeat(1 << 26)}a\n{}`);
  const lines = readLines(path);
  assert.equal(lines.next().value, '{}');
  assert.throws(() => lines.next(), {
    name: 'InputError',
    message: /file line 2: longer than 64 MiB; split it/,
  });
});

test('a folder, a socket and a missing file are rejected; a pipe is read', {
  skip: process.platform === 'win32',
}, async () => {
  for (const read of [(name: string) => [...readLines(name)], readTextFile]) {
    assert.throws(() => read(folder), { name: 'InputError', message: /cannot be read, it is a folder/ });
    assert.throws(() => read(join(folder, 'none')), /there is no such file/);
    assert.throws(() => read('\0'), /NUL character/);
    const pipe = join(folder, `pipe-${read.name}`);
    execFileSync('mkfifo', [pipe]);
    const source = spawn('sh', ['-c', `(printf 'a\\nb'; sleep 0.1; printf '\\nc\\n') > "${pipe}"`]);
    const found = read(pipe);
    assert.deepEqual(found, Array.isArray(found) ? ['a', 'b', 'c'] : 'a\nb\nc\n');
    source.kill();
  }
});

test('lines of any text are read back unchanged', () => {
  const line = fc.string({ unit: 'binary' }).map((text) => text.replace(/[\0\n\r]/g, ''));
  fc.assert(
    fc.property(fc.array(line, { minLength: 1 }), (lines) => {
      if (/^(?:\ufeff|version https|%|\{\\rtf)/.test(lines[0])) return;
      assert.deepEqual(linesOf(`${lines.join('\n')}\n`), lines);
    }),
  );
});

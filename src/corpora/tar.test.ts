import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readTar } from './tar';
import { tarOf } from './tar.fixture';

const LIMITS = { files: 10, bytes: 100_000 };

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function filesOf(bytes: Uint8Array, size: number, wanted = (_: string) => true) {
  const files: Record<string, string> = {};
  for await (const { path, content } of readTar(inPieces(bytes, size), wanted, LIMITS)) {
    files[path] = content.toString();
  }
  return files;
}

describe('readTar', () => {
  const long = `${'folder/'.repeat(20)}file with a long name.txt`;
  const files = { 'a.txt': 'first', 'empty.txt': '', 'b/c.txt': 'x'.repeat(5_000), [long]: 'deep' };

  it('gives back every file, whatever the size of the chunks', async () => {
    for (const size of [1, 7, 512, 100_000]) assert.deepEqual(await filesOf(tarOf(files), size), files);
  });

  it('passes over files that are not wanted', async () => {
    assert.deepEqual(await filesOf(tarOf(files), 1_000, (path) => path === long), { [long]: 'deep' });
  });

  it('refuses an archive that is cut off, damaged, or none', async () => {
    const archive = tarOf(files);
    await assert.rejects(filesOf(archive.subarray(0, 2_000), 512), /cut off/);
    await assert.rejects(filesOf(Buffer.alloc(700, 'not a tar file '), 512), /no tar file/);
    const damaged = Buffer.from(archive);
    damaged[1_024 + 130] ^= 1; // the size in a header
    await assert.rejects(filesOf(damaged, 512), /damaged|cut off/);
  });
});

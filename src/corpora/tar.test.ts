import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readTar } from './tar';
import { entry, tarOf } from './tar.fixture';

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

/** Corrects the checksum of each header, so that other errors are reached. */
function withSums(bytes: Uint8Array): Buffer {
  const all = Buffer.from(bytes);
  for (let start = 0; start + 512 <= all.length; start += 512) {
    const header = all.subarray(start, start + 512);
    if (header.toString('latin1', 257, 262) !== 'ustar') continue;
    header.write('        ', 148);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  }
  return all;
}

describe('readTar', () => {
  const long = `${'folder/'.repeat(20)}file with a long name.txt`;
  const files = { 'a.txt': 'first', 'empty.txt': '', 'b/c.txt': 'x'.repeat(5_000), [long]: 'deep' };

  it('returns every file, whatever the size of the chunks', async () => {
    for (const size of [1, 7, 512, 100_000]) assert.deepEqual(await filesOf(tarOf(files), size), files);
  });

  it('skips files that are not wanted', async () => {
    assert.deepEqual(await filesOf(tarOf(files), 1_000, (path) => path === long), { [long]: 'deep' });
  });

  it('rejects an archive that is truncated, damaged, or not an archive', async () => {
    const archive = tarOf(files);
    await assert.rejects(filesOf(archive.subarray(0, 2_000), 512), /truncated/);
    await assert.rejects(filesOf(Buffer.alloc(700, 'not a tar file '), 512), /not a tar file/);
    const damaged = Buffer.from(archive);
    damaged[1_024 + 130] ^= 1; // the size in a header
    await assert.rejects(filesOf(damaged, 512), /damaged|truncated/);
  });

  const end = Buffer.alloc(1_024);
  const size = (bytes: string | number[]) => Buffer.concat([Buffer.from(bytes as string)], 12);
  const hostile: [what: string, archive: Buffer, message: RegExp][] = [
    ['a negative size', entry('r/a', '0', '', size('-0000000001')), /damaged/],
    ['a size in base 256', entry('r/a', '0', '', size([0x80, ...Array(11).fill(0xff)])), /damaged/],
    ['a size with an exponent', entry('r/a', '0', '', size('1e5')), /damaged/],
    [
      'a size beyond what is expected',
      entry('r/a', '0', '', size('7'.repeat(11))),
      /larger than the 100000 bytes/,
    ],
    ['a pax header beyond reason', entry('r/p', 'x', '', size('7'.repeat(11))), /damaged/],
    ['a pax length of nothing', entry('r/p', 'x', '1e-20 path=x\n'), /damaged/],
    ['a pax length of 0', entry('r/p', 'x', '0 path=x\n'), /damaged/],
    ['a pax length beyond the header', entry('r/p', 'x', '99 path=x\n'), /damaged/],
    ['a pax length before its own end', entry('r/p', 'x', '1 path=x\n'), /damaged/],
    ['pax records without a length', entry('r/p', 'x', 'path=x\n'), /damaged/],
    ['a size that never comes', entry('r/a', '0', '', size('00000001000')), /truncated/],
    ['other bytes', Buffer.alloc(5_000, 0xff), /not a tar file/],
    [
      'more files',
      Buffer.concat(Array.from({ length: 11 }, () => entry('r/a', '0', 'x'))),
      /more than the 10 files/,
    ],
    [
      'more bytes in many files',
      Buffer.concat(Array.from({ length: 3 }, () => entry('r/a', '0', 'x'.repeat(40_000)))),
      /larger than the 100000 bytes/,
    ],
  ];
  for (const [what, bytes, message] of hostile)
    it(`rejects an archive with ${what}`, () => assert.rejects(filesOf(bytes, 700), message));

  it('rejects an archive of endless empty entries', async () => {
    const nothing = Buffer.concat(Array.from({ length: 1_000 }, () => entry('r/a', '5', '')));
    async function* endless() {
      for (;;) yield nothing;
    }
    const all = readTar(endless(), () => false, LIMITS);
    await assert.rejects(all.next(), { name: 'ArchiveError', message: /more than 200000 entries/ });
  });

  it('reads or rejects an archive of any bytes', async () => {
    const whole = tarOf(files);
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    const changed = fc.array(change, { minLength: 1, maxLength: 6 }).map((changes) => {
      const bytes = Buffer.from(whole);
      for (const [place, value] of changes) bytes[place] = value;
      return bytes;
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(changed, fc.uint8Array({ maxLength: 2_000 })), async (bytes) => {
        try {
          const found = await filesOf(withSums(bytes), 333);
          assert.ok(Object.keys(found).length <= LIMITS.files);
        } catch (error) {
          assert.match((error as Error).message, /truncated|damaged|files expected|bytes expected/);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('creates no file for links, devices and pipes', async () => {
    const others = ['1', '2', '3', '4', '6', '7', 'K', 'L', '?'].map((type) => entry('r/a', type, ''));
    assert.deepEqual(await filesOf(Buffer.concat([...others, entry('r/b', '0', 'x'), end]), 512), { b: 'x' });
  });
});

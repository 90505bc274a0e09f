import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../foundation';
import { readSafetensors, writeSafetensors } from './safetensors';

function fileFor(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'a.safetensors');
}

function write(path: string, header: string, body: Uint8Array, length = Buffer.byteLength(header)): void {
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(length));
  writeFileSync(path, Buffer.concat([prefix, Buffer.from(header), body]));
}

test('64-bit numbers are read; types that no layer uses are skipped, whatever their size', (context) => {
  const path = fileFor(context);
  const doubles = new Uint8Array(Float64Array.of(1.5, -2, 1e300).buffer);
  const others = { F8_E4M3: 3, F8_E5M2: 3, U32: 12, U64: 24, U16: 6, BOOL: 3, I64: 24, F4: 2, C64: 24 };
  let position = doubles.length;
  const entries = Object.entries(others).map(([dtype, size]) => {
    position += size;
    return [dtype, { dtype, shape: [3], data_offsets: [position - size, position] }];
  });
  const header = { a: { dtype: 'F64', shape: [3], data_offsets: [0, 24] }, ...Object.fromEntries(entries) };
  write(path, JSON.stringify(header), Buffer.concat([doubles, Buffer.alloc(position - doubles.length)]));
  const tensors = readSafetensors(path);
  assert.deepEqual([...tensors.keys()], ['a']);
  // The third exceeds 32 bits; finiteness is checked by the caller (weights.ts).
  assert.deepEqual([...tensors.get('a')!.data], [1.5, -2, Number.POSITIVE_INFINITY]);
});

test('malformed headers are rejected in one sentence', (context) => {
  const path = fileFor(context);
  const refuses = (header: string, message: RegExp, body = 8, length?: number) => {
    write(path, header, Buffer.alloc(body), length);
    assert.throws(() => readSafetensors(path), { name: 'InputError', message });
  };
  for (const header of ['null', '[]', '"a"', '7']) refuses(header, /not a JSON object|describes/);
  const entry = (fields: object) =>
    JSON.stringify({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...fields } });
  refuses(entry({ data_offsets: 5 }), /no valid dtype/);
  refuses(entry({ data_offsets: [-8, 0] }), /begins at byte -8/);
  refuses(entry({ data_offsets: [8, 0] }), /span -8/);
  refuses(entry({ data_offsets: [0, 8, 9] }), /no valid dtype/);
  refuses(entry({ shape: [1e9, 1e9, 1e9, 1e9] }), /takes 4e\+36 bytes/);
  refuses(entry({ shape: new Array(1000).fill(1) }), /no valid dtype/);
  refuses(entry({ shape: null }), /no valid dtype/);
  refuses(entry({ dtype: 'constructor' }), /no valid dtype/);
  refuses(entry({ dtype: { toString: 1 } }), /no valid dtype/);
  refuses('{"a":null}', /no valid dtype/);
  refuses(JSON.stringify({ ['n'.repeat(2000)]: {} }), /no valid dtype/);
  const one = '{"dtype":"F32","shape":[2],"data_offsets":[0,8]}';
  refuses(`{"a":${one},"a":${one}}`, /names a tensor twice/);
  refuses(`{"a":${one},"b":${one}}`, /"b" begins at byte 0, expected 8/);
  refuses(entry({}), /claims 11000000 bytes/, 8, 11_000_000);
  refuses(entry({}), /describes \d+ bytes/, 4);
  writeFileSync(path, 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n');
  assert.throws(() => readSafetensors(path), {
    name: 'InputError',
    message: /Git LFS pointer.*git lfs pull/,
  });
});

test('a file with any bytes changed is read or rejected', (context) => {
  const path = fileFor(context);
  const header = JSON.stringify({
    __metadata__: { format: 'pt' },
    one: { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] },
    two: { dtype: 'F16', shape: [2], data_offsets: [16, 20] },
  });
  write(path, header, Buffer.alloc(20, 1));
  const whole = Buffer.concat([
    Buffer.from([header.length, 0, 0, 0, 0, 0, 0, 0]),
    Buffer.from(header),
    Buffer.alloc(20),
  ]);
  const change = fc.record({ place: fc.nat(whole.length - 1), byte: fc.nat(255) });
  let read = 0;
  fc.assert(
    fc.property(fc.array(change, { maxLength: 4 }), fc.nat(whole.length), (changes, length) => {
      const bytes = Buffer.from(whole);
      for (const { place, byte } of changes) bytes[place] = byte;
      // A third of the files are truncated.
      writeFileSync(path, length % 3 === 0 ? bytes.subarray(0, length) : bytes);
      try {
        readSafetensors(path);
        read++;
      } catch (error) {
        assert.ok(error instanceof InputError, (error as Error).stack);
      }
    }),
    { numRuns: 1000 },
  );
  assert.ok(read > 50);
});

test('a file is written through a link, which remains a link; a failed write leaves nothing behind', (context) => {
  const path = fileFor(context);
  const folder = dirname(path);
  symlinkSync('target', path);
  const tensors = new Map([['a', { shape: [2], data: Float32Array.of(1, 2) }]]);
  writeSafetensors(path, tensors);
  assert.deepEqual(readdirSync(folder).sort(), ['a.safetensors', 'target']);
  assert.deepEqual(readSafetensors(join(folder, 'target')), tensors);
  const before = readFileSync(path);
  assert.throws(() => writeSafetensors(join(path, 'x'), tensors), InputError);
  assert.deepEqual(readFileSync(path), before);
  assert.deepEqual(readdirSync(folder).sort(), ['a.safetensors', 'target']);
});

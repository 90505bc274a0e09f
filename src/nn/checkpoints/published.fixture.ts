import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { crc32 } from 'node:zlib';
import { projectRoot } from '../../foundation';

/** Test helper: one random tagger in every form in which authors publish checkpoints (see fixtures/make_published.py). */
export const published = (...names: string[]): string =>
  join(projectRoot, 'src', 'nn', 'fixtures', 'published', ...names);

/** Makes a model folder of the tagger's config.json, vocab.txt and the given files, which are copied under these names. */
export function publishedFolder(test: TestContext, files: Record<string, string>): string {
  const folder = temporaryFolder(test);
  for (const name of ['config.json', 'vocab.txt']) copyFileSync(published(name), join(folder, name));
  for (const [name, source] of Object.entries(files)) copyFileSync(published(source), join(folder, name));
  return folder;
}

export function temporaryFolder(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const little = (size: number, ...values: number[]): Buffer => {
  const bytes = Buffer.alloc(size * values.length);
  for (const [index, value] of values.entries()) {
    if (size === 8) bytes.writeBigUInt64LE(BigInt(value), 8 * index);
    else bytes.writeUIntLE(value, size * index, size);
  }
  return bytes;
};

/** Operations of a pickle of protocol 2; text is one operation per character. */
export const pickled = (...operations: (string | Buffer)[]): Buffer =>
  Buffer.concat([
    Buffer.of(0x80, 2),
    ...operations.map((one) => Buffer.from(one as string, 'latin1')),
    Buffer.from('.'),
  ]);
export const text = (value: string): Buffer =>
  Buffer.concat([Buffer.from('X'), little(4, Buffer.byteLength(value)), Buffer.from(value)]);
export const whole = (value: number): Buffer => {
  const bytes = Buffer.alloc(10);
  bytes.writeUInt16LE(0x088a);
  bytes.writeBigInt64LE(BigInt(value), 2);
  return bytes;
};
export const named = (module: string, name: string): Buffer => Buffer.from(`c${module}\n${name}\n`);

/** A float tensor of a storage with that number of elements. */
export const tensor = (
  { offset = 0, shape = [2], stride = [1], count = 2, key = '0', storage = 'FloatStorage' },
  view: Buffer | string = '',
): Buffer => {
  const list = (values: readonly number[]) =>
    Buffer.concat([Buffer.from('('), ...values.map(whole), Buffer.from('t')]);
  return Buffer.concat([
    ...[named('torch._utils', '_rebuild_tensor_v2'), Buffer.from('((')],
    ...[text('storage'), named('torch', storage), text(key), text('cpu'), whole(count), Buffer.from(view)],
    ...[Buffer.from('tQ'), whole(offset), list(shape), list(stride), Buffer.from('\x89}tR', 'latin1')],
  ]);
};

export interface Archived {
  name: string;
  content: Buffer;
  /** What the directory says instead of the truth. */
  claims?: {
    size?: number;
    packed?: number;
    header?: number;
    method?: number;
    flags?: number;
    name?: string;
  };
  /** Puts size and position into the 64-bit extra field. */
  wide?: boolean;
}

/** A ZIP archive of stored entries with a 32-bit end, and what a hostile author may change in it. */
export function archived(
  entries: readonly Archived[],
  end: { count?: number; size?: number; begin?: number } = {},
): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let position = 0;
  for (const { name, content, claims = {}, wide } of entries) {
    const { size = content.length, packed = size, header = position, method = 0, flags = 0 } = claims;
    const most = 0xffffffff;
    const local = Buffer.concat([
      ...[
        little(4, 0x04034b50),
        little(2, 20, flags, method, 0, 0),
        little(4, crc32(content), ...(wide ? [most, most] : [size, packed])),
      ],
      ...[little(2, Buffer.byteLength(name), 0), Buffer.from(name), content],
    ]);
    const own = Buffer.from(claims.name ?? name);
    const extra = wide ? Buffer.concat([little(2, 1, 24), little(8, size, packed, header)]) : Buffer.alloc(0);
    directory.push(
      Buffer.concat([
        ...[little(4, 0x02014b50), little(2, 20, 20, flags, method, 0, 0), little(4, crc32(content))],
        ...[
          wide ? little(4, most, most) : little(4, packed, size),
          little(2, own.length, extra.length, 0, 0, 0),
        ],
        ...[little(4, 0, wide ? most : header), own, extra],
      ]),
    );
    parts.push(local);
    position += local.length;
  }
  const list = Buffer.concat(directory);
  const { count = entries.length, size = list.length, begin = position } = end;
  return Buffer.concat([
    ...[...parts, list, little(4, 0x06054b50), little(2, 0, 0, count, count)],
    ...[little(4, size, begin), little(2, 0)],
  ]);
}

/** A checkpoint in PyTorch's ZIP format; the storage 0 holds 1 and 2. */
export const torchArchive = (pickle: Buffer, others: readonly Archived[] = []): Buffer =>
  archived([
    { name: 'a/data.pkl', content: pickle },
    { name: 'a/data/0', content: Buffer.from(Float32Array.of(1, 2).buffer) },
    ...others,
  ]);

/** A checkpoint in the older format. @param storages number of elements and elements of each key */
export const olderTorch = (
  pickle: Buffer,
  storages: Record<string, [count: number, numbers: Float32Array]>,
  machine: Buffer = Buffer.concat([text('little_endian'), Buffer.of(0x88)]),
): Buffer =>
  Buffer.concat([
    pickled(Buffer.from('8a0a6cfc9c46f9206aa85019', 'hex')),
    ...[pickled(whole(1001)), pickled('}(', machine, 'u'), pickle],
    pickled('](', ...Object.keys(storages).map(text), 'e'),
    ...Object.values(storages).flatMap(([count, numbers]) => {
      const written = Buffer.alloc(8);
      written.writeBigInt64LE(BigInt(count));
      return [written, Buffer.from(numbers.buffer)];
    }),
  ]);

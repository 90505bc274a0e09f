import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { InputError, printable } from '../../foundation';
import { batchesOf, sizeOf } from '../corpus/batches';
import { fingerprintOf } from '../corpus/fingerprint';
import type { InputFile } from '../corpus/list';
import { openSources } from '../corpus/open';
import type { Skipped, Source } from '../corpus/sources';
import { locateInRoots, type RootedPath, resolveInRoots } from './roots';

/** Some consecutive sources of an input file; a file of one document has one. */
export interface ShardFile extends RootedPath, Pick<InputFile, 'id' | 'format' | 'bytes' | 'refusal'> {
  /** Position of the first source in the file, from 0. */
  first: number;
  count: number;
}

/** A unit of work: whole batches of sources, consecutive in the order of the inputs. */
export interface Shard {
  /** Position among all shards, from 0. */
  shard: number;
  /** Hash of the run, the position, the files and their content. */
  id: string;
  /** Hash of the fingerprints of the sources. */
  input: string;
  /** Of the input, approximately; for the progress. */
  bytes: number;
  files: ShardFile[];
}

/** A listed file with its place in the roots. */
export type RootedFile = InputFile & RootedPath;

/** Characters after which a shard ends: about two hundred full texts, 10 to 60 seconds of one core. */
const FULL = 1 << 23;

/** @throws InputError for a file that the other machines cannot open: outside the roots, or with a name that is not UTF-8 */
export function locateFiles(files: readonly InputFile[], roots: readonly string[]): RootedFile[] {
  return files.map((file) => {
    if (typeof file.path !== 'string')
      throw new InputError(`${file.place}: its name is not UTF-8, which a queue cannot carry; rename it`);
    if (file.isStream)
      throw new InputError(`${file.place}: can be read only once, and not on other machines; give files`);
    const { root, path } = locateInRoots(roots, file.path);
    return { ...file, root, path, place: printable(path) };
  });
}

/** Hash of the files' names, sizes and times. */
export function listingHash(files: readonly RootedFile[], roots: readonly string[]): string {
  const hash = createHash('sha256');
  for (const { root, path, id, bytes, refusal } of files) {
    const modified = statSync(`${roots[root]}/${path}`, { throwIfNoEntry: false })?.mtimeMs ?? null;
    hash.update(JSON.stringify([root, path, id, bytes, refusal ?? null, modified]));
  }
  return hash.digest('hex');
}

/**
 * Yields the shards of the files, in order. Reads every file to hash its content. A shard holds whole batches of the sequence that
 * `annotate` forms of the same files, because scores in fp32 may depend in their last digits on the sentences of the same batch.
 *
 * @param run id of the run
 * @param shardSize number of sources after which a shard ends
 */
export async function* shardsOf(
  files: readonly RootedFile[],
  roots: readonly string[],
  { run, shardSize, skipped }: { run: string; shardSize: number; skipped: Skipped },
): AsyncGenerator<Shard> {
  const origins = new Map<Source, { file: RootedFile; index: number }>();
  async function* sources() {
    for (const file of files) {
      let index = 0;
      for await (const source of openSources([onThisMachine(file, roots)], skipped)) {
        origins.set(source, { file, index: index++ });
        yield source;
      }
    }
  }
  let shard = 0;
  let parts: ShardFile[] = [];
  let fingerprints = createHash('sha256');
  let [count, size, bytes] = [0, 0, 0];
  const finished = (): Shard => {
    const input = fingerprints.digest('hex');
    const done = { shard, input, bytes, files: parts };
    fingerprints = createHash('sha256');
    [parts, count, size, bytes] = [[], 0, 0, 0];
    shard++;
    return { ...done, id: idOfShard(run, done) };
  };
  for await (const batch of batchesOf(sources())) {
    for (const source of batch) {
      const { file, index } = origins.get(source)!;
      origins.delete(source);
      addSource(parts, file, index);
      fingerprints.update(fingerprintOf(source));
      count++;
      size += sizeOf(source);
      bytes += source.bytes;
    }
    if (count >= shardSize || size >= FULL) yield finished();
  }
  if (count > 0) yield finished();
}

/** Hash of everything that determines a shard's output. */
export function idOfShard(run: string, { shard, input, files }: Omit<Shard, 'id' | 'bytes'>): string {
  const places = files.map(({ root, path, id, format, first, count }) => [
    root,
    path,
    id,
    format,
    first,
    count,
  ]);
  return createHash('sha256')
    .update(JSON.stringify([run, shard, input, places]))
    .digest('hex')
    .slice(0, 32);
}

/** Yields the sources of a shard. @throws InputError for a path outside the roots */
export async function* sourcesOfShard({ files }: Shard, roots: readonly string[]): AsyncGenerator<Source> {
  for (const { first, count, ...file } of files) {
    let index = 0;
    const place = printable(file.path);
    for await (const source of openSources([onThisMachine({ ...file, place }, roots)])) {
      if (index >= first) yield source;
      index++;
      if (index === first + count) break;
    }
  }
}

function onThisMachine(file: RootedFile, roots: readonly string[]): InputFile {
  const isReadable = file.refusal === undefined;
  return { ...file, path: isReadable ? resolveInRoots(roots, file) : file.path };
}

function addSource(parts: ShardFile[], file: RootedFile, index: number): void {
  const last = parts.at(-1);
  if (last && last.root === file.root && last.path === file.path && last.first + last.count === index)
    last.count++;
  else {
    const { root, path, id, format, bytes, refusal } = file;
    parts.push({ root, path, id, format, bytes, ...(refusal && { refusal }), first: index, count: 1 });
  }
}

/** @throws InputError for anything but a shard */
export function parseShard(line: string, place: string): Shard {
  let value: Shard | undefined;
  try {
    value = JSON.parse(line) as Shard;
  } catch {
    // Reported below.
  }
  const isText = (...values: unknown[]) => values.every((one) => typeof one === 'string');
  const isCount = (...values: unknown[]) =>
    values.every((one) => Number.isSafeInteger(one) && (one as number) >= 0);
  if (
    isCount(value?.shard) &&
    isText(value?.id, value?.input) &&
    Array.isArray(value?.files) &&
    value.files.every(
      (file) =>
        isCount(file?.root, file?.first, file?.count, file?.bytes) &&
        isText(file.path, file.id, file.format, file.refusal ?? ''),
    )
  )
    return value;
  throw new InputError(`${place}: is not the description of a shard; restore the file, or start again`);
}

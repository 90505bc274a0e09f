import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, unreadable, writeFileAtomically } from '../../foundation';
import { writeParquet } from './parquet';
import type { ShardFormat } from './run';
import type { Shard } from './shards';

/** What a worker states about a finished shard. The same for every worker, so that a repetition changes nothing. */
export interface Receipt {
  shard: number;
  id: string;
  /** Bytes of the output. */
  bytes: number;
  /** Hash of the output, hexadecimal. */
  sha256: string;
  documents: number;
  sentences: number;
  entities: number;
  /** The shard's dead letters: a sentence for each source that could not be used. */
  damaged: string[];
}

/** Files in a folder. */
const IN_A_FOLDER = 1000;

/** Path of a shard's output in the folder of the run. */
export function shardPath(folder: string, { shard, id }: Pick<Shard, 'shard' | 'id'>, format: ShardFormat) {
  return `${basePath(folder, shard, id)}.${format}`;
}

const receiptPath = (folder: string, shard: number, id: string) => `${basePath(folder, shard, id)}.json`;

function basePath(folder: string, shard: number, id: string): string {
  const group = String(Math.floor(shard / IN_A_FOLDER)).padStart(4, '0');
  return join(folder, 'shards', group, `${String(shard).padStart(7, '0')}-${id}`);
}

/** Writes the output and then its receipt, each under a temporary name that is replaced when it is whole. */
export async function writeShard(
  folder: string,
  { shard, id }: Pick<Shard, 'shard' | 'id'>,
  format: ShardFormat,
  lines: Buffer,
  counts: Pick<Receipt, 'documents' | 'sentences' | 'entities' | 'damaged'>,
): Promise<Receipt> {
  const path = shardPath(folder, { shard, id }, format);
  if (format === 'parquet') await writeParquet(path, lines);
  else writeFileAtomically(path, lines);
  const content = format === 'parquet' ? readFileSync(path) : lines;
  const sha256 = createHash('sha256').update(content).digest('hex');
  const receipt = { shard, id, bytes: content.length, sha256, ...counts };
  writeFileAtomically(receiptPath(folder, shard, id), `${JSON.stringify(receipt)}\n`);
  return receipt;
}

/** Returns the receipt of a shard whose output is in place; undefined if it is not. */
export function readReceipt(
  folder: string,
  { shard, id }: Pick<Shard, 'shard' | 'id'>,
  format: ShardFormat,
): Receipt | undefined {
  try {
    const receipt = JSON.parse(readFileSync(receiptPath(folder, shard, id), 'utf8')) as Receipt;
    const { size } = statSync(shardPath(folder, { shard, id }, format));
    return receipt.id === id && receipt.shard === shard && receipt.bytes === size ? receipt : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Reads a shard's output and compares it with its receipt. @throws InputError if it was changed or is missing */
export function readShardOutput(folder: string, receipt: Receipt, format: ShardFormat): Buffer {
  const path = shardPath(folder, receipt, format);
  const mend = 'delete it and its line in manifest.jsonl, and run `annotate --queue` again';
  let content: Buffer;
  try {
    content = readFileSync(path);
  } catch (error) {
    throw unreadable(path, error, mend);
  }
  if (createHash('sha256').update(content).digest('hex') !== receipt.sha256)
    throw new InputError(`${path}: was changed since it was written; ${mend}`);
  return content;
}

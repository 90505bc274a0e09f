import { createHash } from 'node:crypto';
import { InputError } from '../../foundation';
import { batchesOf } from '../corpus/batches';
import type { WorkerPool } from '../corpus/worker-pool';
import type { ShardFormat } from './run';
import { type Receipt, readReceipt, writeShard } from './shard-output';
import { type Shard, sourcesOfShard } from './shards';

/** The machine cannot do its work, whatever the shard: a full disk, a folder that is not mounted. */
export class MachineTrouble extends Error {
  override readonly name = 'MachineTrouble';
}

export interface ShardWork {
  pool: Pick<WorkerPool, 'process'>;
  /** Of the inputs. */
  roots: readonly string[];
  /** Of the run. */
  folder: string;
  format: ShardFormat;
  /** Stops the work after the current batch. */
  signal: AbortSignal;
}

/**
 * Annotates a shard and writes its output. A shard whose output is in place is not annotated again.
 *
 * @throws InputError if the input is not what the coordinator read; MachineTrouble if the output cannot be written
 */
export async function annotateShard(
  shard: Shard,
  { pool, roots, folder, format, signal }: ShardWork,
): Promise<Receipt> {
  const known = readReceipt(folder, shard, format);
  if (known) return known;
  const fingerprints = createHash('sha256');
  const lines: Buffer[] = [];
  const counts = { documents: 0, sentences: 0, entities: 0, damaged: [] as string[] };
  for await (const batch of batchesOf(sourcesOfShard(shard, roots))) {
    signal.throwIfAborted();
    const result = await pool.process(batch);
    lines.push(Buffer.from(result.lines));
    fingerprints.update(result.fingerprints);
    counts.documents += result.documents;
    counts.sentences += result.sentences;
    counts.entities += result.entities;
    counts.damaged.push(...result.damages);
  }
  signal.throwIfAborted();
  if (fingerprints.digest('hex') !== shard.input)
    throw new InputError(
      `shard ${shard.shard} (${shard.files[0]?.path}): its input is not what the coordinator read, or cannot be read here; mount the same files, or start the run again in another folder`,
    );
  try {
    return await writeShard(folder, shard, format, Buffer.concat(lines), counts);
  } catch (error) {
    throw new MachineTrouble((error as Error).message, { cause: error });
  }
}

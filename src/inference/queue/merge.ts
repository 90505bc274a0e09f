import { checkOutputFile, InputError, writePieces } from '../../foundation';
import { NOTHING_DONE, type Totals } from '../corpus';
import { manifestPath, readManifest } from './manifest';
import { joinParquet } from './parquet';
import { closingOf } from './plan';
import { readRun } from './run';
import { type Receipt, readShardOutput, shardPath } from './shard-output';

/**
 * Joins the output of a finished run, in the order of the inputs: JSONL as `annotate` on one machine writes it, or a Parquet table.
 *
 * @param folder of the run
 * @throws InputError if a shard is missing or was changed
 */
export async function mergeShards(folder: string, out: string): Promise<Totals> {
  const { format } = readRun(folder);
  const wanted = out.endsWith('.parquet') ? 'parquet' : 'jsonl';
  if (wanted !== format)
    throw new InputError(
      `${out}: the shards in ${folder} are ${format}; name a file that ends in .${format}`,
    );
  const receipts = finishedShards(folder);
  checkOutputFile(out, [manifestPath(folder)]);
  if (wanted === 'jsonl') writePieces(out, piecesOf(folder, receipts));
  else {
    for (const _ of piecesOf(folder, receipts, 'parquet')); // checks each
    await joinParquet(
      out,
      receipts.map((receipt) => shardPath(folder, receipt, 'parquet')),
    );
  }
  const sum = (count: (receipt: Receipt) => number) =>
    receipts.reduce((total, receipt) => total + count(receipt), 0);
  return {
    ...NOTHING_DONE,
    documents: sum(({ documents }) => documents),
    sentences: sum(({ sentences }) => sentences),
    entities: sum(({ entities }) => entities),
    damaged: sum(({ damaged }) => damaged.length),
  };
}

/** All shards of a run, in order. @throws InputError if it is not finished */
function finishedShards(folder: string): Receipt[] {
  const resume = 'run the same `annotate --queue` to finish it';
  const closing = closingOf(folder);
  if (!closing) throw new InputError(`${folder}: the run has not listed all its inputs yet; ${resume}`);
  const byNumber: Receipt[] = [];
  for (const receipt of readManifest(folder)) byNumber[receipt.shard] = receipt;
  const missing = closing.shards - byNumber.filter(Boolean).length;
  if (missing > 0)
    throw new InputError(`${folder}: ${missing} of ${closing.shards} shards are not finished; ${resume}`);
  return byNumber;
}

function* piecesOf(
  folder: string,
  receipts: readonly Receipt[],
  format: 'jsonl' | 'parquet' = 'jsonl',
): Generator<Buffer> {
  for (const receipt of receipts) yield readShardOutput(folder, receipt, format);
}

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, isJsonObject, parseJson, readTextFile, writeFileAtomically } from '../../foundation';
import { onnxPath } from '../../onnx';
import type { OffsetUnit } from '../corpus';
import { hashesOfModel } from '../model-files';

/** How shards are stored: lines as `annotate` writes them, or the same lines as rows. */
export const SHARD_FORMATS = ['jsonl', 'parquet'] as const;
export type ShardFormat = (typeof SHARD_FORMATS)[number];

/** Everything that determines the output, except the inputs. Machines that differ in it do not work together. */
export interface Run {
  /** Of this library. */
  version: string;
  /** Hash of the weights, configuration and tokenizer. */
  model: string;
  quantized: boolean;
  offsets: OffsetUnit;
  view?: string;
  format: ShardFormat;
  /** Documents after which a shard ends. */
  shardSize: number;
}

export const VERSION: string = (require('../../../package.json') as { version: string }).version;

/** Hash of a model's decisive files. */
export function modelHash(model: string, quantized: boolean): string {
  return createHash('sha256').update(hashesOfModel(model, quantized).join()).digest('hex');
}

/** Whether `annotate` runs the int8 file of a folder. */
export function runsQuantized(model: string, precision?: 'int8' | 'fp32'): boolean {
  return precision ? precision === 'int8' : existsSync(onnxPath(model, { quantized: true }));
}

export function idOfRun(run: Run): string {
  const { version, model, quantized, offsets, view = null, format, shardSize } = run;
  const decisive = [version, model, quantized, offsets, view, format, shardSize];
  return createHash('sha256').update(JSON.stringify(decisive)).digest('hex').slice(0, 32);
}

const runPath = (folder: string) => join(folder, 'run.json');

/** Records a run in its folder, or checks that the folder is that of the same run. @throws InputError if it is not */
export function recordRun(folder: string, run: Run): void {
  if (!existsSync(runPath(folder))) {
    writeFileAtomically(runPath(folder), `${JSON.stringify({ id: idOfRun(run), ...run }, null, 2)}\n`);
    return;
  }
  const begun = readRun(folder);
  const keys = [...new Set([...Object.keys(begun), ...Object.keys(run)])] as (keyof Run)[];
  const other = keys.find((key) => begun[key] !== run[key]);
  if (other)
    throw new InputError(
      `${folder}: was started with another ${other === 'shardSize' ? 'shard size' : other} (${begun[other]}, now ${run[other]}); give the same, or name another folder`,
    );
}

/** @throws InputError for a folder without a run */
export function readRun(folder: string): Run {
  const path = runPath(folder);
  const value: unknown = existsSync(path) ? parseJson(readTextFile(path, 1 << 16)) : undefined;
  if (!isJsonObject(value))
    throw new InputError(`${folder}: is not the folder of a run; give the --out of \`annotate --queue\``);
  const { id, ...run } = value as unknown as Run & { id: string };
  if (id !== idOfRun(run))
    throw new InputError(`${path}: was changed since it was written; restore it, or name another folder`);
  return run;
}

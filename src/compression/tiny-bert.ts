import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { projectRoot } from '../foundation';

/** Help for tests: a random tagger of Hugging Face's making (see fixtures/make_fixtures.py), and how to run ONNX files. */
const TINY_BERT = join(projectRoot, 'src', 'compression', 'fixtures', 'tiny-bert');

/** A copy of the tiny tagger in a folder of its own, which is gone when the test ends. */
export function copyTinyBert(test: TestContext): string {
  const parent = mkdtempSync(join(tmpdir(), 'falconframes-'));
  test.after(() => rmSync(parent, { recursive: true, force: true }));
  const folder = join(parent, 'tiny-bert');
  cpSync(TINY_BERT, folder, { recursive: true });
  return folder;
}

/** A padded batch with both token types, and the logits that PyTorch computes for it. */
export interface Example {
  input_ids: number[][];
  attention_mask: number[][];
  token_type_ids: number[][];
  logits: number[][][];
}

export function tinyBertExample(): Example {
  return JSON.parse(readFileSync(join(TINY_BERT, 'expected.json'), 'utf8'));
}

/** Logits of an ONNX file, path or bytes, for the example's inputs // [batch * length * labels] */
export async function runOnnx(model: string | Uint8Array, example: Example): Promise<Float32Array> {
  const session = await InferenceSession.create(model as string, { intraOpNumThreads: 1 });
  const shape = [example.input_ids.length, example.input_ids[0].length];
  const int64 = (rows: number[][]) => new Tensor('int64', BigInt64Array.from(rows.flat(), BigInt), shape);
  const { logits } = await session.run({
    input_ids: int64(example.input_ids),
    attention_mask: int64(example.attention_mask),
    token_type_ids: int64(example.token_type_ids),
  });
  return logits.data as Float32Array;
}

export function largestDifference(one: ArrayLike<number>, other: ArrayLike<number>): number {
  if (one.length !== other.length) throw new Error(`${one.length} numbers against ${other.length}`);
  return Array.from(one).reduce((worst, value, index) => Math.max(worst, Math.abs(value - other[index])), 0);
}

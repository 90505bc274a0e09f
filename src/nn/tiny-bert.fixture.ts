import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { projectRoot } from '../foundation';

/** Test helper: a random tagger made with Hugging Face's library (see fixtures/make_fixtures.py). */
export const tinyBertFolder = join(projectRoot, 'src', 'nn', 'fixtures', 'tiny-bert');

/** Copies the tiny tagger to a temporary folder, which is removed when the test ends. */
export function copyTinyBert(test: TestContext): string {
  const parent = mkdtempSync(join(tmpdir(), 'falconframes-'));
  test.after(() => rmSync(parent, { recursive: true, force: true }));
  const folder = join(parent, 'tiny-bert');
  cpSync(tinyBertFolder, folder, { recursive: true });
  return folder;
}

/** A padded batch with both token types, and PyTorch's logits for it. */
export interface Example {
  input_ids: number[][];
  attention_mask: number[][];
  token_type_ids: number[][];
  logits: number[][][];
}

export function tinyBertExample(): Example {
  return JSON.parse(readFileSync(join(tinyBertFolder, 'expected.json'), 'utf8'));
}

export function largestDifference(one: ArrayLike<number>, other: ArrayLike<number>): number {
  if (one.length !== other.length) throw new Error(`${one.length} numbers against ${other.length}`);
  return Array.from(one).reduce((worst, value, index) => Math.max(worst, Math.abs(value - other[index])), 0);
}

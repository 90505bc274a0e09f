import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { projectRoot } from '../foundation';

const FIXTURES = join(projectRoot, 'src', 'tokenization', 'fixtures');

/** Test helper: folders with the files of published tokenizers (see fixtures/make_fixtures.py). */
export const PUBLISHED = [
  'bert-uncased',
  'bert-cased',
  'bert-edited',
  'bert-added',
  'mpnet',
  'roberta',
  'roberta-prefix',
] as const;

export const publishedFolder = (name: (typeof PUBLISHED)[number]): string => join(FIXTURES, name);

/** Copies a published tokenizer to a temporary folder, which is removed when the test ends. */
export function copyPublished(test: TestContext, name: (typeof PUBLISHED)[number]): string {
  const parent = mkdtempSync(join(tmpdir(), 'falconframes-'));
  test.after(() => rmSync(parent, { recursive: true, force: true }));
  const folder = join(parent, name);
  cpSync(publishedFolder(name), folder, { recursive: true });
  rmSync(join(folder, 'expected.json'));
  return folder;
}

/** What Python's library computes: ids and offsets in code points, two per token. */
export interface Expected {
  frame: [number, number];
  special: Record<'pad' | 'unk' | 'cls' | 'sep' | 'mask', number>;
  size: number;
  texts: [ids: number[], offsets: number[]][];
  words: [ids: number[], offsets: number[], words: number[]][];
}

export const expectedOf = (name: (typeof PUBLISHED)[number]): Expected =>
  JSON.parse(readFileSync(join(publishedFolder(name), 'expected.json'), 'utf8'));

export const nastyTexts: string[] = JSON.parse(readFileSync(join(FIXTURES, 'texts.json'), 'utf8'));
export const nastyWords: string[][] = JSON.parse(readFileSync(join(FIXTURES, 'words.json'), 'utf8'));

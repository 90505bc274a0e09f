import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InputError, readJsonObject } from '../foundation';
import { buildTokenizerFile } from './build-tokenizer';
import { checkComponents } from './components';
import { frameOf } from './frame';
import { checkAddedTokens, checkModel } from './vocabulary-checks';
import { vocabularyPath } from './vocabulary-files';

/** The parts of a tokenizer.json that are read here; the rest is kept unchanged. */
export interface TokenizerFile extends Record<string, unknown> {
  model: {
    type?: string;
    vocab: Record<string, number>;
    unk_token?: string | null;
    continuing_subword_prefix?: string;
    max_input_chars_per_word?: number;
    merges?: unknown;
  };
  added_tokens?: { id: number; content: string; special?: boolean }[];
}

/** Bytes. The largest vocabulary of a BERT (LaBSE, 501,153 tokens) takes some 10 MB. */
const LARGEST = 16_000_000;

/** Files of a tokenizer; a folder has tokenizer.json, vocab.txt, or vocab.json and merges.txt. */
export const TOKENIZER_FILES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.txt',
  'vocab.json',
  'merges.txt',
] as const;

/** Returns the file with a folder's vocabulary. @throws InputError if the folder has no tokenizer */
export function tokenizerPath(folder: string): string {
  const path = join(folder, 'tokenizer.json');
  const found = existsSync(path) ? path : vocabularyPath(folder);
  if (found === undefined)
    throw new InputError(
      `${folder}: tokenizer.json is missing; copy it from the encoder the model was trained from, or its vocab.txt, or its vocab.json and merges.txt`,
    );
  return found;
}

/**
 * Reads a folder's tokenizer.json, or builds it from the vocabulary files of older models, and checks it before the native library
 * loads it: WordPiece or byte-level BPE, with components that take time linear in the text.
 *
 * @throws InputError for any other tokenizer
 */
export function readTokenizerFile(folder: string): TokenizerFile {
  const path = tokenizerPath(folder);
  const file = path.endsWith('tokenizer.json')
    ? readJsonObject(path, 'a tokenizer', LARGEST)
    : buildTokenizerFile(folder, path);
  checkComponents(file, checkModel(file.model, path), path);
  checkAddedTokens(file.added_tokens, path);
  frameOf(file.post_processor, path);
  return { ...(file as TokenizerFile), model: withPlainMerges((file as TokenizerFile).model) };
}

/** Returns whether two folders have the same tokenizer. Truncation and padding, which are not used, may differ. */
export function haveSameTokenizer(one: string, other: string): boolean {
  const contentOf = (folder: string) => {
    const { truncation: _, padding: __, ...content } = readTokenizerFile(folder);
    return JSON.stringify(content);
  };
  return resolve(one) === resolve(other) || contentOf(one) === contentOf(other);
}

/** Writes merges as `a b`, the older of two forms: @xenova/transformers reads no other. */
function withPlainMerges(model: TokenizerFile['model']): TokenizerFile['model'] {
  if (!Array.isArray(model.merges)) return model;
  const isPair = (merge: unknown): merge is [string, string] =>
    Array.isArray(merge) &&
    merge.length === 2 &&
    merge.every((part) => typeof part === 'string' && !part.includes(' '));
  return { ...model, merges: model.merges.map((merge) => (isPair(merge) ? merge.join(' ') : merge)) };
}

/** Returns the highest token id plus one: the minimum number of rows of an encoder's word embeddings. */
export function tokenNumbers({ model, added_tokens }: TokenizerFile): number {
  let highest = -1;
  for (const id of Object.values(model.vocab)) if (id > highest) highest = id;
  for (const { id } of added_tokens ?? []) if (id > highest) highest = id;
  return highest + 1;
}

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { networkFixture } from './network.fixture';
import { tinyBertFolder } from './tiny-bert.fixture';

export interface TinyClassifierOptions {
  /** Three names; by default LABEL_0, LABEL_1 and LABEL_2, without our entry in config.json, as Python writes it. */
  labels?: readonly string[];
  several?: boolean;
  threshold?: number | Record<string, number>;
  /** Words with their ids in the vocabulary, replacing the tokens that had these ids. */
  words?: Readonly<Record<string, number>>;
}

/**
 * Test helper: creates a random classifier made with Hugging Face's library (fixtures/make_fixtures.py), for texts of at most 16
 * tokens, with the tokenizer of the tiny tagger. Removed when the test ends.
 */
export function tinyClassifier(
  test: TestContext,
  { labels, several, threshold, words = {} }: TinyClassifierOptions = {},
): string {
  const parent = mkdtempSync(join(tmpdir(), 'falconframes-'));
  test.after(() => rmSync(parent, { recursive: true, force: true }));
  const folder = join(parent, 'tiny-classifier');
  const source = networkFixture('bert-sequence').folder;
  for (const name of ['config.json', 'model.safetensors'])
    cpSync(join(source, name), join(folder, name), { recursive: true });
  cpSync(join(tinyBertFolder, 'tokenizer_config.json'), join(folder, 'tokenizer_config.json'));
  const tokenizer = JSON.parse(readFileSync(join(tinyBertFolder, 'tokenizer.json'), 'utf8'));
  rename(tokenizer, words);
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  if (labels) config.id2label = Object.fromEntries(labels.map((label, row) => [row, label]));
  if (several) config.problem_type = 'multi_label_classification';
  if (threshold !== undefined) config.falconframes = { threshold };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  return folder;
}

/** The parts of a tokenizer.json that contain token ids. */
interface TokenizerNumbers {
  model: { vocab: Record<string, number> };
  added_tokens: { content: string; id: number }[];
  post_processor: { special_tokens: Record<string, { ids: number[] }> };
}

function rename(tokenizer: TokenizerNumbers, words: Readonly<Record<string, number>>): void {
  const { vocab } = tokenizer.model;
  for (const [word, number] of Object.entries(words)) {
    const [other] = Object.entries(vocab).find(([, taken]) => taken === number)!;
    const free = vocab[word];
    delete vocab[other];
    vocab[word] = number;
    if (free !== undefined) vocab[other] = free;
  }
  for (const token of tokenizer.added_tokens) token.id = vocab[token.content];
  for (const [token, own] of Object.entries(tokenizer.post_processor.special_tokens))
    own.ids = [vocab[token]];
}

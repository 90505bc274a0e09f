import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { readSafetensors, writeSafetensors } from '../../nn';
import { networkFixture } from '../../nn/network.fixture';
import { tinyBertFolder } from '../../nn/tiny-bert.fixture';

interface TokenizerNumbers {
  model: { vocab: Record<string, number> };
  added_tokens: { content: string; id: number }[];
  post_processor: { special_tokens: Record<string, { ids: number[] }> };
}

/** Test helper: the tokenizer of the tiny tagger, which splits words into letters, with another vocabulary. */
function tokenizerWith(change: (vocabulary: Record<string, number>) => void): TokenizerNumbers {
  const tokenizer = JSON.parse(
    readFileSync(join(tinyBertFolder, 'tokenizer.json'), 'utf8'),
  ) as TokenizerNumbers;
  const { vocab } = tokenizer.model;
  change(vocab);
  for (const token of tokenizer.added_tokens) token.id = vocab[token.content];
  for (const [token, own] of Object.entries(tokenizer.post_processor.special_tokens))
    own.ids = [vocab[token]];
  return tokenizer;
}

function temporary(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const turned = (id: number, size: number) => (id + 7) % size;

/**
 * Test helper: the tiny tagger with the same pieces under other ids, special tokens included, and its embeddings in their order: it
 * computes the same.
 */
export function shiftedTinyBert(test: TestContext): string {
  const folder = join(temporary(test), 'shifted');
  cpSync(tinyBertFolder, folder, { recursive: true });
  const tokenizer = tokenizerWith((vocabulary) => {
    const size = Object.keys(vocabulary).length;
    for (const word of Object.keys(vocabulary)) vocabulary[word] = turned(vocabulary[word], size);
  });
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  const tensors = readSafetensors(join(folder, 'model.safetensors'));
  const name = 'bert.embeddings.word_embeddings.weight';
  const { shape, data } = tensors.get(name)!;
  const [size, width] = shape;
  const moved = new Float32Array(data.length);
  for (let id = 0; id < size; id++)
    moved.set(data.subarray(id * width, (id + 1) * width), turned(id, size) * width);
  writeSafetensors(join(folder, 'model.safetensors'), new Map([...tensors, [name, { shape, data: moved }]]));
  return folder;
}

/**
 * Test helper: a random pretrained encoder of 2 layers of 8 and 16 positions without labels.
 *
 * @param words that are one token each; letters of other words are
 */
export function pretrainedEncoder(
  test: TestContext,
  type: 'bert' | 'distilbert' | 'electra',
  words: readonly string[],
): string {
  const folder = join(temporary(test), type);
  cpSync(networkFixture(`${type}-vocabulary`).folder, folder, { recursive: true });
  const tokenizer = tokenizerWith((vocabulary) => {
    words.forEach((word, index) => {
      const digit = `##${index}`; // gives its place to the word
      vocabulary[word] = vocabulary[digit];
      delete vocabulary[digit];
    });
  });
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  return folder;
}

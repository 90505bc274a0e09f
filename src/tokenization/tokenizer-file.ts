import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeJson, InputError, isJsonObject, readJsonObject } from '../foundation';

/** The parts of a tokenizer.json that are checked here; the rest is kept unchanged. */
export interface TokenizerFile extends Record<string, unknown> {
  model: { type?: string; vocab: Record<string, number>; unk_token: string };
  added_tokens?: { id: number; content: string }[];
}

/** The largest vocabulary of a BERT (LaBSE, 501,153 tokens) takes some 10 MB. */
const LARGEST = 16_000_000;
/** Matching a word takes time quadratic in its length. */
const LONGEST_WORD = 1000;
const LONGEST_PREFIX = 16;

/**
 * Components of tokenizers of the BERT family. Others are rejected: some contain regular expressions, which may take forever to
 * match; some write tokens in other characters than the text.
 */
const KNOWN: Record<string, ReadonlySet<string>> = {
  normalizer: new Set([
    'BertNormalizer',
    'Sequence',
    'NFC',
    'NFD',
    'NFKC',
    'NFKD',
    'Lowercase',
    'StripAccents',
    'Strip',
    'Nmt',
  ]),
  pre_tokenizer: new Set([
    'BertPreTokenizer',
    'Sequence',
    'Whitespace',
    'WhitespaceSplit',
    'Punctuation',
    'Digits',
  ]),
  post_processor: new Set(['TemplateProcessing', 'BertProcessing', 'Sequence']),
  decoder: new Set(['WordPiece']),
};
/** Keys of the parts of a `Sequence`. */
const PARTS = ['normalizers', 'pretokenizers', 'processors'];
const DEEPEST = 8;

/**
 * Reads a folder's tokenizer.json and checks it before the native library loads it: a WordPiece vocabulary of the BERT family, with
 * components that take time linear in the text.
 *
 * @throws InputError for any other tokenizer
 */
export function readTokenizerFile(folder: string): TokenizerFile {
  const path = join(folder, 'tokenizer.json');
  if (!existsSync(path)) {
    throw new InputError(
      `${folder}: tokenizer.json is missing; copy it from the encoder the model was trained from`,
    );
  }
  const file = readJsonObject(path, 'a tokenizer', LARGEST);
  for (const [kind, names] of Object.entries(KNOWN)) refuseUnknown(file[kind], kind, names, path);
  if (!file.pre_tokenizer)
    throw new InputError(
      `${path}: has no pre_tokenizer, so a text would be a single word; use a tokenizer of the BERT family`,
    );
  checkModel(file.model, path);
  checkAddedTokens(file.added_tokens, path);
  checkTemplate(file.post_processor, path);
  return file as TokenizerFile;
}

function refuseUnknown(
  component: unknown,
  kind: string,
  known: ReadonlySet<string>,
  path: string,
  depth = 0,
): void {
  if (component === undefined || component === null) return;
  const { type } = component as Record<string, unknown>;
  if (typeof type !== 'string' || !known.has(type) || depth > DEEPEST)
    throw new InputError(
      `${path}: the ${kind} is ${depth > DEEPEST ? 'nested too deeply' : describeJson(type)}; tokenizers of the BERT family have ${[...known].join(', ')}`,
    );
  if (type !== 'Sequence') return;
  for (const name of PARTS) {
    const parts = (component as Record<string, unknown>)[name];
    if (Array.isArray(parts))
      for (const part of parts) refuseUnknown(part ?? {}, kind, known, path, depth + 1);
  }
}

function checkModel(value: unknown, path: string): void {
  const model = (value ?? {}) as Record<string, unknown>;
  // Older files give no type; they have this number, which other kinds lack.
  const type = model.type ?? (model.max_input_chars_per_word === undefined ? undefined : 'WordPiece');
  if (type !== 'WordPiece')
    throw new InputError(
      `${path}: a ${typeof type === 'string' ? describeJson(type) : 'nameless'} tokenizer; models of the BERT family have a WordPiece tokenizer`,
    );
  const { vocab, unk_token: unknown, continuing_subword_prefix: prefix = '##' } = model;
  const longest = model.max_input_chars_per_word ?? 100;
  const refuse = (what: string) => {
    throw new InputError(`${path}: ${what}; use a tokenizer of the BERT family`);
  };
  if (!isJsonObject(vocab)) refuse('has no vocabulary');
  if (typeof unknown !== 'string' || !Object.hasOwn(vocab as object, unknown))
    refuse(`the vocabulary has no ${describeJson(unknown)}, the token for unknown words`);
  if (typeof prefix !== 'string' || prefix.length > LONGEST_PREFIX)
    refuse(`"continuing_subword_prefix" is ${describeJson(prefix)}`);
  if (!Number.isSafeInteger(longest) || (longest as number) < 1 || (longest as number) > LONGEST_WORD)
    refuse(
      `"max_input_chars_per_word" is ${describeJson(longest)} and must be a whole number of at most ${LONGEST_WORD}`,
    );
}

function checkAddedTokens(tokens: unknown, path: string): void {
  if (tokens === undefined || tokens === null) return;
  const isToken = (token: unknown) => {
    const { id, content } = (token ?? {}) as Record<string, unknown>;
    return Number.isSafeInteger(id) && typeof content === 'string' && content !== '';
  };
  if (!Array.isArray(tokens) || !tokens.every(isToken))
    throw new InputError(
      `${path}: "added_tokens" must list tokens with an id and a content; restore the file`,
    );
}

/** Windows are framed by [CLS] and [SEP] whatever the file says, so its template must agree. */
function checkTemplate(processor: unknown, path: string): void {
  const { type, single } = (processor ?? {}) as { type?: string; single?: unknown };
  if (type !== 'TemplateProcessing' || !Array.isArray(single)) return;
  const names = single.map((part) => {
    const id = part?.SpecialToken?.id;
    if (typeof id === 'string') return id;
    return part?.Sequence ? 'text' : '?';
  });
  if (names.join(' ') !== '[CLS] text [SEP]')
    throw new InputError(
      `${path}: frames a text as ${describeJson(names.join(' '))}; tokenizers of the BERT family frame it as [CLS] text [SEP]`,
    );
}

/** Returns the highest token id plus one: the minimum number of rows of an encoder's word embeddings. */
export function tokenNumbers({ model, added_tokens }: TokenizerFile): number {
  let highest = -1;
  for (const id of Object.values(model.vocab)) if (id > highest) highest = id;
  for (const { id } of added_tokens ?? []) if (id > highest) highest = id;
  return highest + 1;
}

import { describeJson, InputError, isJsonObject } from '../foundation';
import { FAMILY, type ModelType } from './components';

/** Matching a word takes time quadratic in its length. */
const LONGEST_WORD = 1000;
const LONGEST_PREFIX = 16;

/** Returns which model a tokenizer.json has. @throws InputError for models of other families, and damaged ones */
export function checkModel(value: unknown, path: string): ModelType {
  const model = isJsonObject(value) ? value : {};
  // Older files give no type; they have this number, which other kinds lack.
  const type = model.type ?? (model.max_input_chars_per_word === undefined ? undefined : 'WordPiece');
  if (type !== 'WordPiece' && type !== 'BPE')
    throw new InputError(
      `${path}: a ${typeof type === 'string' ? describeJson(type) : 'nameless'} tokenizer; use a WordPiece tokenizer, such as BERT's, or a byte-level BPE tokenizer, such as RoBERTa's`,
    );
  const refuse = (what: string) => {
    throw new InputError(`${path}: ${what}; use the tokenizer of a ${FAMILY[type]}`);
  };
  if (!isJsonObject(model.vocab)) refuse('has no vocabulary');
  (type === 'WordPiece' ? checkWordPiece : checkBytePairs)(model, refuse);
  return type;
}

function checkWordPiece(model: Record<string, unknown>, refuse: (what: string) => void): void {
  const { vocab, unk_token: unknown, continuing_subword_prefix: prefix = '##' } = model;
  const longest = model.max_input_chars_per_word ?? 100;
  if (typeof unknown !== 'string' || !Object.hasOwn(vocab as object, unknown))
    refuse(`the vocabulary has no ${describeJson(unknown)}, the token for unknown words`);
  if (typeof prefix !== 'string' || prefix.length > LONGEST_PREFIX)
    refuse(`"continuing_subword_prefix" is ${describeJson(prefix)}`);
  if (!Number.isSafeInteger(longest) || (longest as number) < 1 || (longest as number) > LONGEST_WORD)
    refuse(
      `"max_input_chars_per_word" is ${describeJson(longest)} and must be a whole number of at most ${LONGEST_WORD}`,
    );
}

/** Merging takes time of n log n in the length of a word. Options that give a text other tokens each time, or others than bytes, are refused. */
function checkBytePairs(model: Record<string, unknown>, refuse: (what: string) => void): void {
  for (const option of ['dropout', 'byte_fallback', 'continuing_subword_prefix', 'end_of_word_suffix'])
    if (model[option]) refuse(`"${option}" is ${describeJson(model[option])} and must not be set`);
  const { vocab, merges, unk_token: unknown } = model;
  if (unknown !== undefined && unknown !== null)
    if (typeof unknown !== 'string' || !Object.hasOwn(vocab as object, unknown))
      refuse(`the vocabulary has no ${describeJson(unknown)}, the token for unknown characters`);
  if (!Array.isArray(merges)) refuse('has no merges');
}

export function checkAddedTokens(tokens: unknown, path: string): void {
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

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject } from '../foundation';
import { Tokenizer } from './tokenizer';
import { readTokenizerFile, type TokenizerFile } from './tokenizer-file';
import { readTokenizerSettings, TOKENIZER_CONFIGURATION } from './tokenizer-settings';

/**
 * Returns the tokenizer_config.json that makes Python's transformers and transformers.js read the tokenizer.json of a folder as we do;
 * if the folder has both files, its own. Python takes the class and options such as `do_lower_case` from it alone.
 */
export function completeConfiguration(folder: string): Record<string, unknown> {
  const { options } = readTokenizerSettings(folder);
  if (hasBothFiles(folder)) return options;
  const { frame, unknown, mask, padding } = new Tokenizer(folder).special;
  const roles = { cls: frame.start, sep: frame.end, unk: unknown, mask, pad: padding };
  return {
    ...classAndOptions(readTokenizerFile(folder), frame.start.token),
    ...Object.fromEntries(
      Object.entries(roles).flatMap(([role, found]) => (found ? [[`${role}_token`, found.token]] : [])),
    ),
    ...options,
  };
}

/** Returns whether a folder has tokenizer.json and tokenizer_config.json. */
export const hasBothFiles = (folder: string): boolean =>
  ['tokenizer.json', TOKENIZER_CONFIGURATION].every((name) => existsSync(join(folder, name)));

function classAndOptions(
  { normalizer, pre_tokenizer, model }: TokenizerFile,
  start: string,
): Record<string, unknown> {
  if (!isJsonObject(pre_tokenizer)) return { tokenizer_class: 'PreTrainedTokenizerFast' };
  const isBert = isJsonObject(normalizer) && normalizer.type === 'BertNormalizer';
  if (model.type !== 'BPE' && isBert && pre_tokenizer.type === 'BertPreTokenizer')
    return {
      tokenizer_class: start === '<s>' ? 'MPNetTokenizer' : 'BertTokenizer',
      do_lower_case: normalizer.lowercase,
      strip_accents: normalizer.strip_accents,
      tokenize_chinese_chars: normalizer.handle_chinese_chars,
    };
  if (model.type === 'BPE' && !normalizer && pre_tokenizer.type === 'ByteLevel')
    return { tokenizer_class: 'RobertaTokenizer', add_prefix_space: pre_tokenizer.add_prefix_space };
  // Reads tokenizer.json as it is.
  return { tokenizer_class: 'PreTrainedTokenizerFast' };
}

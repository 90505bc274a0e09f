import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeJson, InputError, isJsonObject, readJsonObject } from '../foundation';

/** What a special token is for, as Python's library names it: `cls` opens a window, `sep` closes it. */
export const ROLES = ['bos', 'eos', 'unk', 'sep', 'pad', 'cls', 'mask'] as const;
export type Role = (typeof ROLES)[number];

/** A token that is found in a text before it is split into words, in the form of tokenizer.json. */
export interface AddedToken {
  content: string;
  single_word: boolean;
  /** Whether the token takes the white space on its left, and on its right, with it. */
  lstrip: boolean;
  rstrip: boolean;
  /** Whether it is looked for in the normalized text. */
  normalized: boolean;
  special: boolean;
}

/** What the files beside a vocabulary say. */
export interface TokenizerSettings {
  /** The content of tokenizer_config.json. */
  options: Record<string, unknown>;
  roles: Partial<Record<Role, AddedToken>>;
  /** Other special tokens. */
  extra: AddedToken[];
  /** Tokens beside the vocabulary, in the order of their ids. */
  added: AddedToken[];
}

export const TOKENIZER_CONFIGURATION = 'tokenizer_config.json';
const SPECIAL_TOKENS = 'special_tokens_map.json';
const ADDED_TOKENS = 'added_tokens.json';
/** Bytes of one of these files, or of config.json. Those of tokenizers with thousands of added tokens take a megabyte. */
export const LARGEST_CONFIGURATION = 10_000_000;
const MEND = 'restore the file, or remove it to use the defaults';

/**
 * Reads tokenizer_config.json, special_tokens_map.json and added_tokens.json of a folder, each if present. As in Python, a
 * configuration that lists its added tokens replaces the other two files; otherwise the map wins.
 *
 * @throws InputError if one of them is damaged
 */
export function readTokenizerSettings(folder: string): TokenizerSettings {
  const read = (name: string) => {
    const path = join(folder, name);
    return existsSync(path)
      ? readJsonObject(path, "a tokenizer's configuration", LARGEST_CONFIGURATION, MEND)
      : {};
  };
  const options = read(TOKENIZER_CONFIGURATION);
  const [path, mapPath] = [TOKENIZER_CONFIGURATION, SPECIAL_TOKENS].map((name) => join(folder, name));
  const listed = options.added_tokens_decoder;
  const map = listed === undefined ? read(SPECIAL_TOKENS) : {};
  const roles: TokenizerSettings['roles'] = {};
  for (const role of ROLES) {
    const [value, place] =
      map[`${role}_token`] === undefined ? [options[`${role}_token`], path] : [map[`${role}_token`], mapPath];
    if (value !== undefined && value !== null) roles[role] = toToken(value, true, place, `${role}_token`);
  }
  // transformers since 4.47 writes `"extra_special_tokens": {}` beside the list.
  const others = [
    { list: map.additional_special_tokens, place: mapPath, key: 'additional_special_tokens' },
    { list: options.extra_special_tokens, place: path, key: 'extra_special_tokens' },
    { list: options.additional_special_tokens, place: path, key: 'additional_special_tokens' },
  ].find(({ list }) => Array.isArray(list));
  const extra = others
    ? (others.list as unknown[]).map((token) => toToken(token, true, others.place, others.key))
    : [];
  const special = new Set([...Object.values(roles), ...extra].map(({ content }) => content));
  const added =
    listed === undefined
      ? readAddedTokens(read(ADDED_TOKENS), special, join(folder, ADDED_TOKENS))
      : listedTokens(listed, path);
  // A token that is listed has the properties of the list.
  for (const role of ROLES)
    roles[role] = added.find(({ content }) => content === roles[role]?.content) ?? roles[role];
  return { options, roles, extra, added };
}

/** added_tokens.json gives the id of each token. */
function readAddedTokens(
  file: Record<string, unknown>,
  special: ReadonlySet<string>,
  path: string,
): AddedToken[] {
  return inOrder(
    Object.entries(file).map(([token, id]) => [id, token]),
    path,
  ).map(([, token]) => toToken(token, special.has(String(token)), path, 'a token'));
}

/** `added_tokens_decoder` of the configuration gives the token of each id. */
function listedTokens(list: unknown, path: string): AddedToken[] {
  if (!isJsonObject(list))
    throw new InputError(
      `${path}: "added_tokens_decoder" is ${describeJson(list)} and must be an object; ${MEND}`,
    );
  return inOrder(
    Object.entries(list).map(([id, token]) => [Number(id), token]),
    path,
  ).map(([, token]) => toToken(token, false, path, 'added_tokens_decoder'));
}

function inOrder(tokens: [unknown, unknown][], path: string): [number, unknown][] {
  for (const [id, token] of tokens)
    if (!Number.isSafeInteger(id) || (id as number) < 0)
      throw new InputError(`${path}: the id of ${describeJson(token)} is ${describeJson(id)}; ${MEND}`);
  return (tokens as [number, unknown][]).sort(([one], [other]) => one - other);
}

/** Reads a token, written as a string or as an object. */
function toToken(value: unknown, isSpecial: boolean, path: string, key: string): AddedToken {
  const fields = isJsonObject(value) ? value : { content: value };
  const { content } = fields;
  if (typeof content !== 'string' || content === '')
    throw new InputError(`${path}: "${key}" is ${describeJson(content)} and must be a token; ${MEND}`);
  const special = isSpecial || fields.special === true;
  return {
    content,
    single_word: fields.single_word === true,
    lstrip: fields.lstrip === true,
    rstrip: fields.rstrip === true,
    normalized: typeof fields.normalized === 'boolean' ? fields.normalized : !special,
    special,
  };
}

/** Returns a special token without options. */
export const specialToken = (content: string): AddedToken => ({
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});

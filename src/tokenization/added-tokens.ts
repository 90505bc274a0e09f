import { describeJson, InputError } from '../foundation';
import { type AddedToken, ROLES, type Role, type TokenizerSettings } from './tokenizer-settings';

/**
 * Returns the `added_tokens` of a tokenizer.json: special tokens, and tokens beside the vocabulary.
 *
 * @param path names the vocabulary in messages
 */
export function addedTokens(
  vocab: Record<string, number>,
  roles: Partial<Record<Role, AddedToken>>,
  settings: TokenizerSettings,
  path: string,
): ({ id: number } & AddedToken)[] {
  return withIds(chooseAdded(vocab, roles, settings), vocab, path);
}

/**
 * Returns the added tokens in Python's order. A special token that the folder's files do not name and the vocabulary lacks is left out,
 * unless it shifts the ids of others.
 */
function chooseAdded(
  vocab: Record<string, number>,
  roles: Partial<Record<Role, AddedToken>>,
  settings: TokenizerSettings,
): AddedToken[] {
  const isNew = ({ content }: AddedToken) => !Object.hasOwn(vocab, content);
  const shifts = settings.extra.some(isNew);
  const named = ROLES.flatMap((role) => {
    const token = roles[role];
    return token && (shifts || settings.roles[role] || !isNew(token)) ? [token] : [];
  });
  const tokens = new Map<string, AddedToken>();
  for (const token of [...settings.added, ...named, ...settings.extra])
    if (!tokens.has(token.content)) tokens.set(token.content, token);
  return [...tokens.values()];
}

/** Gives each added token its id, which follow those of the vocabulary, whatever the files say, as in the official library. */
function withIds(
  tokens: readonly AddedToken[],
  vocab: Record<string, number>,
  path: string,
): ({ id: number } & AddedToken)[] {
  const taken = new Set(Object.values(vocab));
  let next = Object.keys(vocab).length;
  const numbered = tokens.map((token) => {
    const id = Object.hasOwn(vocab, token.content) ? vocab[token.content] : next++;
    if (id !== vocab[token.content] && taken.has(id))
      throw new InputError(
        `${path}: some ids have no token of their own, so that of the added token ${describeJson(token.content)} is not clear; remove repeated lines`,
      );
    return { id, ...token };
  });
  return numbered.sort((one, other) => one.id - other.id);
}

import { InputError } from '../foundation';
import { type Frame, type FrameToken, frameOf } from './frame';
import type { TokenizerFile } from './tokenizer-file';
import type { Role, TokenizerSettings } from './tokenizer-settings';

/** The special tokens of a tokenizer, whatever their names. */
export interface SpecialTokens {
  frame: Frame;
  unknown: FrameToken;
  /** Undefined if the vocabulary has none. */
  mask: FrameToken | undefined;
  padding: FrameToken | undefined;
  /** Ids of these and of all others that tokenizer.json marks as special. */
  ids: ReadonlySet<number>;
}

/** Names of special tokens that no file declares. */
const USUAL: Partial<Record<Role, readonly string[]>> = {
  pad: ['[PAD]', '<pad>'],
  unk: ['[UNK]', '<unk>'],
  cls: ['[CLS]', '<s>'],
  sep: ['[SEP]', '</s>'],
  mask: ['[MASK]', '<mask>'],
};

/** All of these names. */
export const USUAL_SPECIAL_TOKENS: ReadonlySet<string> = new Set(Object.values(USUAL).flat());

/**
 * Finds a tokenizer's special tokens: as tokenizer_config.json or special_tokens_map.json declare them, otherwise by their usual names.
 * The frame is that of the post-processor; without one, `cls` and `sep`.
 *
 * @param idOf returns the id of a token, or null @param path names the tokenizer in messages
 * @throws InputError if the vocabulary lacks a token that is needed
 */
export function findSpecialTokens(
  file: TokenizerFile,
  { roles }: TokenizerSettings,
  idOf: (token: string) => number | null,
  path: string,
): SpecialTokens {
  const special = (file.added_tokens ?? []).filter((token) => token.special === true);
  const isSpecial = (token: string) => special.some(({ content }) => content === token);
  const find = (role: Role): FrameToken | undefined => {
    // MPNet's vocabulary has both [MASK], a word like others, and <mask>.
    const usual = [...(USUAL[role] ?? [])].sort(
      (one, other) => Number(isSpecial(other)) - Number(isSpecial(one)),
    );
    for (const token of [roles[role]?.content ?? usual[0], ...usual]) {
      const id = idOf(token);
      if (id !== null) return { token, id };
    }
    return undefined;
  };
  const need = (role: Role): FrameToken => {
    const found = find(role);
    if (found) return found;
    throw new InputError(
      `${path}: the vocabulary has no ${USUAL[role]![0]}; if the token has another name, give it as "${role}_token" in tokenizer_config.json`,
    );
  };
  const frame = frameOf(file.post_processor, path) ?? { start: need('cls'), end: need('sep') };
  for (const { token, id } of [frame.start, frame.end])
    if (idOf(token) !== id)
      throw new InputError(
        `${path}: ${token} is token ${id} in the post_processor, but ${idOf(token) ?? 'none'} in the vocabulary; restore the file`,
      );
  const own = file.model.unk_token;
  const ownId = typeof own === 'string' ? idOf(own) : null;
  const unknown =
    typeof own === 'string' && ownId !== null ? { token: own, id: ownId } : (find('unk') ?? frame.end);
  const [mask, padding] = [find('mask'), find('pad')];
  const named = [frame.start, frame.end, unknown, mask, padding, find('unk'), find('cls'), find('sep')];
  const ids = [
    ...named.map((token) => token?.id),
    ...special.map(({ content }) => idOf(content) ?? undefined),
  ].filter((id) => id !== undefined);
  return { frame, unknown, mask, padding, ids: new Set(ids) };
}

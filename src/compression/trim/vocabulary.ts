import { InputError } from '../../foundation';

/** The parts of a tokenizer.json that trimming changes; everything else is kept. */
export interface TokenizerFile {
  model: { type: string; vocab: Record<string, number>; continuing_subword_prefix?: string };
  added_tokens?: { id: number; content: string }[];
  post_processor?: { special_tokens?: Record<string, { ids: number[]; tokens: string[] }> };
}

/**
 * Returns the ids of the tokens to keep, ascending: special tokens, single characters with and without `##`, and the most frequent of
 * the others. Every word can still be spelled, if necessary with single characters. Tokens with a character that has no token are
 * kept for the same reason.
 *
 * @param uses frequency of each token @param size maximum number of tokens to keep; by default all that are used
 */
export function chooseTokens(
  { model, added_tokens = [] }: TokenizerFile,
  uses: ReadonlyMap<number, number>,
  size: number | undefined,
  place: string,
): number[] {
  const { vocab, continuing_subword_prefix: prefix = '##' } = model;
  const special = new Set(added_tokens.map(({ content }) => content));
  const isSpelled = (character: string) => character in vocab && prefix + character in vocab;
  const isNeeded = (token: string) => {
    if (special.has(token)) return true;
    const characters = [...(token.startsWith(prefix) ? token.slice(prefix.length) : token)];
    return characters.length <= 1 || !characters.every(isSpelled);
  };
  const needed = new Set<number>();
  const others: number[] = [];
  for (const [token, id] of Object.entries(vocab)) {
    if (isNeeded(token)) needed.add(id);
    else if (uses.has(id)) others.push(id);
  }
  if (size !== undefined && size < needed.size)
    throw new InputError(
      `${place}: ${size} tokens are fewer than the ${needed.size} special tokens and single characters needed to spell every word; choose a larger size`,
    );
  others.sort((one, other) => uses.get(other)! - uses.get(one)! || one - other);
  const chosen = size === undefined ? others : others.slice(0, size - needed.size);
  return [...needed, ...chosen].sort((one, other) => one - other);
}

/** Returns the tokenizer with only the kept tokens, renumbered in order. */
export function keepTokens(tokenizer: TokenizerFile, kept: readonly number[]): TokenizerFile {
  const numbers = new Map(kept.map((id, index) => [id, index]));
  const vocab = Object.fromEntries(
    Object.entries(tokenizer.model.vocab)
      .flatMap(([token, id]): [string, number][] => (numbers.has(id) ? [[token, numbers.get(id)!]] : []))
      .sort(([, one], [, other]) => one - other),
  );
  const specials = tokenizer.post_processor?.special_tokens;
  return {
    ...tokenizer,
    model: { ...tokenizer.model, vocab },
    added_tokens: tokenizer.added_tokens?.map((token) => ({ ...token, id: numbers.get(token.id)! })),
    ...(specials && {
      post_processor: {
        ...tokenizer.post_processor,
        special_tokens: Object.fromEntries(
          Object.entries(specials).map(([name, token]) => [
            name,
            { ...token, ids: token.ids.map((id) => numbers.get(id)!) },
          ]),
        ),
      },
    }),
  };
}

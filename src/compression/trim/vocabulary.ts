import { InputError } from '../../foundation';
import { type TokenizerFile, USUAL_SPECIAL_TOKENS } from '../../tokenization';

/** Tokens to keep whatever the texts. */
export interface Needed {
  special: ReadonlySet<number>;
  /** The ids below this one stay the same. */
  fixedBelow: number;
}

/**
 * Returns the ids of the tokens to keep, ascending: those needed, single characters with and without `##`, and the most frequent of
 * the others. Every word can still be spelled, if necessary with single characters; tokens with a character that has no token are
 * kept for the same reason.
 *
 * @param uses frequency of each token @param size maximum number of tokens to keep; by default all that are used
 */
export function chooseTokens(
  { model, added_tokens = [] }: TokenizerFile,
  { special, fixedBelow }: Needed,
  uses: ReadonlyMap<number, number>,
  size: number | undefined,
  place: string,
): number[] {
  const { vocab, continuing_subword_prefix: prefix = '##' } = model;
  const isSpelled = (character: string) => character in vocab && prefix + character in vocab;
  const isNeeded = (token: string, id: number) => {
    // MPNet's vocabulary has the special tokens of BERT beside its own; other programs may look for either.
    if (special.has(id) || USUAL_SPECIAL_TOKENS.has(token) || id < fixedBelow) return true;
    const characters = [...(token.startsWith(prefix) ? token.slice(prefix.length) : token)];
    return characters.length <= 1 || !characters.every(isSpelled);
  };
  const needed = new Set<number>(added_tokens.map(({ id }) => id));
  const others: number[] = [];
  for (const [token, id] of Object.entries(vocab)) {
    if (needed.has(id) || isNeeded(token, id)) needed.add(id);
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
  return {
    ...tokenizer,
    model: { ...tokenizer.model, vocab },
    added_tokens: tokenizer.added_tokens?.map((token) => ({ ...token, id: numbers.get(token.id)! })),
    post_processor: renumber(tokenizer.post_processor, numbers),
  };
}

/** The ids in a post-processor: two of the tokens that frame a text, those of a template, or those of its parts. */
interface Processor {
  cls?: [token: string, id: number];
  sep?: [token: string, id: number];
  special_tokens?: Record<string, { ids: number[] }>;
  processors?: unknown[];
}

function renumber(processor: unknown, numbers: ReadonlyMap<number, number>): unknown {
  if (!processor) return processor;
  const { cls, sep, special_tokens: specials, processors } = processor as Processor;
  const inPair = ([token, id]: [string, number]) => [token, numbers.get(id)!];
  return {
    ...processor,
    ...(cls && { cls: inPair(cls) }),
    ...(sep && { sep: inPair(sep) }),
    ...(specials && {
      special_tokens: Object.fromEntries(
        Object.entries(specials).map(([name, token]) => [
          name,
          { ...token, ids: token.ids.map((id) => numbers.get(id)!) },
        ]),
      ),
    }),
    ...(processors && { processors: processors.map((part) => renumber(part, numbers)) }),
  };
}

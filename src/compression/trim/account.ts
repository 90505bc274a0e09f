import type { EncodedText, Tokenizer } from '../../tokenization';

/** Counts how much of some texts tokenizes differently. */
export interface TokenizationAccount {
  sentences: number;
  changedSentences: number;
  /** Number of tokens before trimming, and of those that change: different characters or a different surface. */
  tokens: number;
  changedTokens: number;
  tokensAfter: number;
  /** Unknown tokens. Trimming adds none. */
  unknown: number;
  unknownAfter: number;
}

/** Compares two tokenizers text by text. */
export async function accountFor(
  texts: readonly string[],
  before: Tokenizer,
  after: Tokenizer,
): Promise<TokenizationAccount> {
  const account = {
    sentences: texts.length,
    changedSentences: 0,
    tokens: 0,
    changedTokens: 0,
    tokensAfter: 0,
    unknown: 0,
    unknownAfter: 0,
  };
  const [olds, news] = [await before.encode(texts), await after.encode(texts)];
  olds.forEach((old, index) => {
    const kept = new Set(pieces(news[index], after));
    const own = pieces(old, before);
    const changed = own.filter((piece) => !kept.has(piece)).length;
    account.tokens += own.length;
    account.tokensAfter += kept.size;
    account.changedTokens += changed;
    if (changed > 0) account.changedSentences++;
    account.unknown += countUnknown(old, before);
    account.unknownAfter += countUnknown(news[index], after);
  });
  return account;
}

/** Returns each token with its position, which makes it unique in its text. */
const pieces = ({ ids, starts, ends }: EncodedText, tokenizer: Tokenizer): string[] =>
  Array.from(ids, (id, index) => `${starts[index]} ${ends[index]} ${tokenizer.tokenOf(id)}`);

const countUnknown = ({ ids }: EncodedText, { unknownId }: Tokenizer): number =>
  ids.reduce((count, id) => count + (id === unknownId ? 1 : 0), 0);

import type { TextRange } from '../foundation';

/**
 * A text as tokens, without special tokens. Token `t` is `text.slice(starts[t], ends[t])` (UTF-16 code units) and belongs to word
 * `words[t]`; words are those of the tokenizer's pre-tokenizer: BERT's splits at white space and around each punctuation mark. Tokens
 * of a byte-level tokenizer do not include the blank before a word; a token of nothing but white space is empty, and tokens that
 * share a character of several bytes all include it.
 */
export interface EncodedText {
  ids: Int32Array; // [tokens]
  starts: Int32Array; // [tokens]
  ends: Int32Array; // [tokens]
  words: Int32Array; // [tokens]
}

/** A text whose words its source fixes. */
export interface TextWithWords {
  text: string;
  words: readonly TextRange[];
}

/**
 * What a tagger needs of a tokenizer. `Tokenizer` reads every tokenizer of a model folder with the native library;
 * `WordPieceTokenizer` reads one kind anywhere, also in a browser.
 */
export interface TextTokenizer {
  /** Ids of the special tokens that frame a window, such as `[CLS]` and `[SEP]`. */
  readonly startId: number;
  readonly endId: number;
  /** Tokenizes each text completely, without truncation. */
  encode(texts: readonly string[]): Promise<EncodedText[]>;
  /** Tokenizes texts with given words; see `encodeGivenWords`. */
  encodeWords(texts: readonly TextWithWords[]): Promise<EncodedText[]>;
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer as NativeTokenizer } from 'tokenizers';
import { firstLineOf, InputError, readJsonObject } from '../foundation';
import { withPrefixSpace } from './components';
import { encodeGivenWords } from './given-words';
import { BLANK, codeUnitOfCodePoint, hasCombiningMarks, includeMarks, trimBlanks } from './offsets';
import { findSpecialTokens, type SpecialTokens } from './special-tokens';
import type { EncodedText, TextTokenizer, TextWithWords } from './text-tokenizer';
import { readTokenizerFile, type TokenizerFile, tokenizerPath, tokenNumbers } from './tokenizer-file';
import { LARGEST_CONFIGURATION, readTokenizerSettings } from './tokenizer-settings';

/** A model folder's tokenizer with character offsets: the official Rust library for WordPiece and byte-level BPE. */
export class Tokenizer implements TextTokenizer {
  /** Ids of the special tokens that frame a window, such as `[CLS]` and `[SEP]`. */
  readonly startId: number;
  readonly endId: number;
  /** Id of the token for what the vocabulary cannot express. */
  readonly unknownId: number;
  /** Id of the token that stands for a masked word; undefined if the vocabulary has none. */
  readonly maskId: number | undefined;
  /** Ids of tokens that are not words, such as `[PAD]`, `[UNK]`, `[CLS]`, `[SEP]`, `[MASK]`. */
  readonly specialIds: ReadonlySet<number>;
  /** The special tokens with their names. */
  readonly special: SpecialTokens;
  readonly vocabularySize: number;
  readonly #native: NativeTokenizer;
  /** Loads the tokenizer of given words, which differs for byte-level tokenizers: their words have a blank before them. */
  readonly #loadForWords: () => NativeTokenizer;
  #forWords: NativeTokenizer | undefined;
  readonly #isByteLevel: boolean;
  readonly #blankId: number | null;

  constructor(folder: string) {
    const path = tokenizerPath(folder);
    const file = readTokenizerFile(folder);
    this.#isByteLevel = file.model.type === 'BPE';
    // Offsets are trimmed here, whether the file says so or not.
    const plain = this.#isByteLevel ? { ...file, post_processor: null } : file;
    this.#native = loadNative(plain, path);
    this.#loadForWords = () =>
      this.#isByteLevel
        ? loadNative({ ...plain, pre_tokenizer: withPrefixSpace(file.pre_tokenizer) }, path)
        : this.#native;
    const idOf = (token: string) => this.#native.tokenToId(token);
    this.#blankId = idOf(BLANK);
    this.special = findSpecialTokens(file, readTokenizerSettings(folder), idOf, path);
    this.startId = this.special.frame.start.id;
    this.endId = this.special.frame.end.id;
    this.unknownId = this.special.unknown.id;
    this.maskId = this.special.mask?.id;
    this.specialIds = this.special.ids;
    this.vocabularySize = this.#native.getVocabSize();
    // The library assigns the ids of added tokens itself.
    refuseLarger(folder, path, Math.max(tokenNumbers(file), this.vocabularySize));
  }

  /** Returns the id of a token, or undefined if it is not in the vocabulary. */
  idOf(token: string): number | undefined {
    return this.#native.tokenToId(token) ?? undefined;
  }

  /**
   * Returns the string of a token id. Continuation pieces of WordPiece start with `##`; byte-level tokens write each byte as a
   * character, a blank as `Ġ`.
   */
  tokenOf(id: number): string {
    return this.#native.idToToken(id) ?? this.special.unknown.token;
  }

  /** Tokenizes each text completely, without truncation. */
  encode(texts: readonly string[]): Promise<EncodedText[]> {
    return this.#encode(texts, this.#native);
  }

  async #encode(texts: readonly string[], native: NativeTokenizer): Promise<EncodedText[]> {
    const encodings = await native
      .encodeBatch([...texts], { addSpecialTokens: false })
      .catch((error: Error) => {
        throw new InputError(
          `the tokenizer cannot read a text (${firstLineOf(error.message)}); restore tokenizer.json`,
        );
      });
    return encodings.map((encoding, index) => {
      const offsets = encoding.getOffsets();
      const text = texts[index];
      const toCodeUnit = codeUnitOfCodePoint(text);
      // Loops: `Int32Array.from` with a function takes several times as long.
      const starts = new Int32Array(offsets.length);
      const ends = new Int32Array(offsets.length);
      for (let token = 0; token < offsets.length; token++) {
        const [start, end] = offsets[token];
        starts[token] = toCodeUnit(start);
        ends[token] = toCodeUnit(end);
      }
      const ids = Int32Array.from(encoding.getIds());
      if (this.#isByteLevel) trimBlanks(text, ids, starts, ends, this.#blankId);
      else if (hasCombiningMarks(text)) includeMarks(text, starts, ends);
      const words = new Int32Array(offsets.length);
      const wordIds = encoding.getWordIds();
      for (let token = 0; token < words.length; token++) words[token] = wordIds[token] ?? -1;
      return { ids, starts, ends, words };
    });
  }

  /** Tokenizes texts with given words; see `encodeGivenWords`. For byte-level BPE each word has a blank before it (`add_prefix_space`). */
  async encodeWords(texts: readonly TextWithWords[]): Promise<EncodedText[]> {
    this.#forWords ??= this.#loadForWords();
    return encodeGivenWords(texts, this.unknownId, (words) => this.#encode(words, this.#forWords!));
  }
}

/** Loads a tokenizer, without truncation and padding: files of sentence encoders enable both, which would silently cut long texts. */
function loadNative(file: TokenizerFile, path: string): NativeTokenizer {
  let native: NativeTokenizer;
  try {
    native = NativeTokenizer.fromString(JSON.stringify({ ...file, truncation: null, padding: null }));
  } catch (error) {
    throw new InputError(
      `${path}: not a tokenizer (${firstLineOf((error as Error).message)}); restore the file`,
    );
  }
  native.disableTruncation();
  native.disablePadding();
  return native;
}

/** Throws InputError if the encoder of the same folder has no embeddings for some of the tokens. */
function refuseLarger(folder: string, path: string, tokens: number): void {
  const configuration = join(folder, 'config.json');
  if (!existsSync(configuration)) return;
  const { vocab_size: embeddings } = readJsonObject(
    configuration,
    "a model's configuration",
    LARGEST_CONFIGURATION,
  );
  if (typeof embeddings === 'number' && tokens > embeddings)
    throw new InputError(
      `${path}: the vocabulary has ${tokens} tokens, but the model has embeddings for ${embeddings} ("vocab_size" in config.json); use the tokenizer that the model was trained with`,
    );
}

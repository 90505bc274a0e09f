import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer as NativeTokenizer } from 'tokenizers';
import { firstLineOf, InputError, readJsonObject, type TextRange } from '../foundation';
import { readTokenizerFile, tokenNumbers } from './tokenizer-file';

const LARGEST_CONFIGURATION = 10_000_000;

/**
 * A text as tokens, without special tokens. Token `t` is `text.slice(starts[t], ends[t])` (UTF-16 code units) and belongs to word
 * `words[t]`; words are those of BERT's pre-tokenizer, split at white space and around each punctuation mark.
 */
export interface EncodedText {
  ids: Int32Array; // [tokens]
  starts: Int32Array; // [tokens]
  ends: Int32Array; // [tokens]
  words: Int32Array; // [tokens]
}

/** WordPiece with character offsets: the official Rust library applied to a model folder's tokenizer.json. */
export class Tokenizer {
  /** Ids of the special tokens that frame a window. */
  readonly classificationId: number;
  readonly separatorId: number;
  /** Ids of tokens that are not words: `[PAD]`, `[UNK]`, `[CLS]`, `[SEP]`, `[MASK]`, if in the vocabulary. */
  readonly specialIds: ReadonlySet<number>;
  readonly vocabularySize: number;
  readonly #native: NativeTokenizer;

  constructor(folder: string) {
    const path = join(folder, 'tokenizer.json');
    const file = readTokenizerFile(folder);
    try {
      this.#native = NativeTokenizer.fromString(JSON.stringify({ ...file, truncation: null, padding: null }));
    } catch (error) {
      throw new InputError(
        `${path}: not a tokenizer (${firstLineOf((error as Error).message)}); restore the file`,
      );
    }
    // Files of sentence encoders enable both, which would silently truncate long texts.
    this.#native.disableTruncation();
    this.#native.disablePadding();
    const id = (token: string): number => {
      const found = this.#native.tokenToId(token);
      if (found === null)
        throw new InputError(`${path}: the vocabulary has no ${token}; use a tokenizer of the BERT family`);
      return found;
    };
    this.classificationId = id('[CLS]');
    this.separatorId = id('[SEP]');
    const specials = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
    this.specialIds = new Set(specials.flatMap((token) => this.#native.tokenToId(token) ?? []));
    this.vocabularySize = this.#native.getVocabSize();
    // The library assigns the ids of added tokens itself.
    refuseLarger(folder, Math.max(tokenNumbers(file), this.vocabularySize));
  }

  /** Returns the id of a token, or undefined if it is not in the vocabulary. */
  idOf(token: string): number | undefined {
    return this.#native.tokenToId(token) ?? undefined;
  }

  /** Returns the string of a token id; continuation pieces start with `##`. */
  tokenOf(id: number): string {
    return this.#native.idToToken(id) ?? '[UNK]';
  }

  /** Tokenizes each text completely, without truncation. */
  async encode(texts: readonly string[]): Promise<EncodedText[]> {
    const encodings = await this.#native
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
      const hasMarks = MAY_BE_MARK.test(text) && COMBINING_MARK.test(text);
      // Loops: `Int32Array.from` with a function takes several times as long.
      const starts = new Int32Array(offsets.length);
      const ends = new Int32Array(offsets.length);
      for (let token = 0; token < offsets.length; token++) {
        const [start, end] = offsets[token];
        starts[token] = toCodeUnit(start);
        ends[token] = hasMarks ? behindMarks(text, toCodeUnit(end)) : toCodeUnit(end);
      }
      const words = new Int32Array(offsets.length);
      const wordIds = encoding.getWordIds();
      for (let token = 0; token < words.length; token++) words[token] = wordIds[token] ?? -1;
      return { ids: Int32Array.from(encoding.getIds()), starts, ends, words };
    });
  }

  /**
   * Tokenizes texts with given words. Each word is encoded separately, as Python's tokenizers do with `is_split_into_words`; a word
   * without tokens, such as a control character, becomes `[UNK]`, so that every word has a token. `words` counts the given words.
   */
  async encodeWords(texts: readonly { text: string; words: readonly TextRange[] }[]): Promise<EncodedText[]> {
    const surfaces = new Map<string, number>();
    for (const { text, words } of texts)
      for (const { start, end } of words) {
        const surface = text.slice(start, end);
        if (!surfaces.has(surface)) surfaces.set(surface, surfaces.size);
      }
    const encoded = await this.encode([...surfaces.keys()]);
    const unknown = this.#native.tokenToId('[UNK]') ?? 0;
    return texts.map(({ text, words }) => {
      const [ids, starts, ends, ofWord]: number[][] = [[], [], [], []];
      words.forEach(({ start, end }, word) => {
        const own = encoded[surfaces.get(text.slice(start, end))!];
        own.ids.forEach((id, token) => {
          ids.push(id);
          starts.push(start + own.starts[token]);
          ends.push(start + own.ends[token]);
          ofWord.push(word);
        });
        if (own.ids.length > 0) return;
        ids.push(unknown);
        starts.push(start);
        ends.push(end);
        ofWord.push(word);
      });
      return {
        ids: Int32Array.from(ids),
        starts: Int32Array.from(starts),
        ends: Int32Array.from(ends),
        words: Int32Array.from(ofWord),
      };
    });
  }
}

/** Throws InputError if the encoder of the same folder has no embeddings for some of the tokens. */
function refuseLarger(folder: string, tokens: number): void {
  const path = join(folder, 'config.json');
  if (!existsSync(path)) return;
  const { vocab_size: embeddings } = readJsonObject(path, "a model's configuration", LARGEST_CONFIGURATION);
  if (typeof embeddings === 'number' && tokens > embeddings)
    throw new InputError(
      `${join(folder, 'tokenizer.json')}: the vocabulary has ${tokens} tokens, but the model has embeddings for ${embeddings} ("vocab_size" in config.json); use the tokenizer that the model was trained with`,
    );
}

/** The Rust library counts code points; JavaScript counts UTF-16 code units, two for a character beyond U+FFFF. */
function codeUnitOfCodePoint(text: string): (codePoint: number) => number {
  if (!/[\ud800-\udbff]/.test(text)) return (codePoint) => codePoint;
  const units: number[] = [];
  let unit = 0;
  for (const character of text) {
    units.push(unit);
    unit += character.length;
  }
  units.push(unit);
  return (codePoint) => units[codePoint];
}

const COMBINING_MARK = /\p{M}/u;
/** No combining mark precedes these; most texts contain none of them, and this check is faster. */
const MAY_BE_MARK = /[\u0300-\uffff]/;

/** The normalizer strips accents, and the token's end excludes them; the marks on its last letter belong to it. */
function behindMarks(text: string, end: number): number {
  let place = end;
  for (;;) {
    const mark = String.fromCodePoint(text.codePointAt(place) ?? 0);
    if (!COMBINING_MARK.test(mark)) return place;
    place += mark.length;
  }
}

import { describeJson, InputError, isJsonObject } from '../foundation';
import { frameOf } from './frame';
import { encodeGivenWords } from './given-words';
import { hasCombiningMarks, includeMarks } from './offsets';
import type { EncodedText, TextTokenizer, TextWithWords } from './text-tokenizer';
import type { TokenizerFile } from './tokenizer-file';

/** The content of a tokenizer.json. */
export type WordPieceFile = TokenizerFile;

/**
 * BERT's tokenizer with character offsets, in plain JavaScript: it runs where the native library cannot, such as in a browser, and
 * gives the same tokens and offsets as `Tokenizer` (`npm run bench -- word-piece` compares them).
 *
 * The text is cleaned, lower-cased and stripped of accents (`BertNormalizer`), split at white space and around punctuation
 * (`BertPreTokenizer`), and each word is divided into the longest pieces of the vocabulary from left to right (Schuster & Nakajima
 * 2012, doi:10.1109/ICASSP.2012.6289079).
 */
export class WordPieceTokenizer implements TextTokenizer {
  readonly startId: number;
  readonly endId: number;
  readonly #vocabulary: ReadonlyMap<string, number>;
  readonly #unknownId: number;
  readonly #prefix: string;
  /** Characters of a word beyond which it is unknown. */
  readonly #longestWord: number;
  /** UTF-16 code units of the longest piece, with its prefix. */
  readonly #longestPiece: number;
  readonly #normalize: (character: string) => string;
  /** Matches the tokens that are found in the text before it is normalized. */
  readonly #addedTokens: RegExp | undefined;
  readonly #addedIds: ReadonlyMap<string, number>;

  /**
   * @param place starts error messages
   * @throws InputError for any other kind of tokenizer, and for one without a frame such as `[CLS]` and `[SEP]`
   */
  constructor(file: WordPieceFile, place: string) {
    const { model } = file;
    const refuse = (what: string): never => {
      throw new InputError(`${place}: ${what}; use the tokenizer of an uncased or cased BERT`);
    };
    if (model.type !== 'WordPiece') refuse(`a ${describeJson(model.type)} tokenizer`);
    const { type: normalizer, ...options } = fieldsOfComponent(file.normalizer);
    if (normalizer !== 'BertNormalizer') refuse(`the normalizer is ${describeJson(normalizer)}`);
    const { type: words } = fieldsOfComponent(file.pre_tokenizer);
    if (words !== 'BertPreTokenizer') refuse(`the pre_tokenizer is ${describeJson(words)}`);
    const frame = frameOf(file.post_processor, place) ?? refuse('has no post_processor');
    this.startId = frame.start.id;
    this.endId = frame.end.id;
    this.#vocabulary = new Map(Object.entries(model.vocab));
    this.#unknownId = this.#vocabulary.get(model.unk_token ?? '') ?? refuse('has no token for unknown words');
    this.#prefix = model.continuing_subword_prefix ?? '##';
    this.#longestWord = model.max_input_chars_per_word ?? 100;
    let longest = 0;
    for (const piece of this.#vocabulary.keys()) if (piece.length > longest) longest = piece.length;
    this.#longestPiece = longest;
    this.#normalize = bertNormalizer(options);
    const added = (file.added_tokens ?? []) as AddedToken[];
    if (
      added.some(
        ({ lstrip, rstrip, single_word, normalized }) => lstrip || rstrip || single_word || normalized,
      )
    )
      refuse('has added tokens with options');
    this.#addedIds = new Map(added.map(({ content, id }) => [content, id]));
    if (added.length > 0) this.#addedTokens = matcherOf([...this.#addedIds.keys()]);
  }

  async encode(texts: readonly string[]): Promise<EncodedText[]> {
    return texts.map((text) => this.#encodeText(text));
  }

  encodeWords(texts: readonly TextWithWords[]): Promise<EncodedText[]> {
    return encodeGivenWords(texts, this.#unknownId, (words) => this.encode(words));
  }

  #encodeText(text: string): EncodedText {
    const tokens = new Tokens();
    let place = 0;
    if (this.#addedTokens)
      for (const { 0: token, index } of text.matchAll(this.#addedTokens)) {
        this.#encodePart(text, place, index, tokens);
        place = index + token.length;
        tokens.add(this.#addedIds.get(token)!, index, place);
        tokens.endWord();
      }
    this.#encodePart(text, place, text.length, tokens);
    const encoded = tokens.encoded();
    if (hasCombiningMarks(text)) includeMarks(text, encoded.starts, encoded.ends);
    return encoded;
  }

  #encodePart(text: string, from: number, to: number, tokens: Tokens): void {
    const word = new Word();
    for (let place = from; place < to; ) {
      const character = String.fromCodePoint(text.codePointAt(place)!);
      const end = place + character.length;
      for (const normal of this.#normalize(character)) {
        const kind = kindOf(normal);
        if (kind !== LETTER) this.#divide(word, tokens);
        if (kind === BLANK) continue;
        word.add(normal, place, end);
        if (kind === PUNCTUATION) this.#divide(word, tokens);
      }
      place = end;
    }
    this.#divide(word, tokens);
  }

  /** Divides the word into pieces, adds them to the tokens, and clears the word. */
  #divide(word: Word, tokens: Tokens): void {
    const { letters, starts, ends } = word;
    if (letters === '') return;
    const pieces = word.characters > this.#longestWord ? undefined : this.#piecesOf(letters);
    if (pieces === undefined) tokens.add(this.#unknownId, starts[0], ends[letters.length - 1]);
    else for (const { id, first, behind } of pieces) tokens.add(id, starts[first], ends[behind - 1]);
    tokens.endWord();
    word.clear();
  }

  #piecesOf(letters: string): { id: number; first: number; behind: number }[] | undefined {
    const pieces = [];
    for (let first = 0; first < letters.length; ) {
      const prefix = first === 0 ? '' : this.#prefix;
      let behind = Math.min(letters.length, first + this.#longestPiece - prefix.length);
      let id: number | undefined;
      while (behind > first) {
        id = this.#vocabulary.get(prefix + letters.slice(first, behind));
        if (id !== undefined) break;
        behind--;
      }
      if (id === undefined) return undefined;
      pieces.push({ id, first, behind });
      first = behind;
    }
    return pieces;
  }
}

interface AddedToken {
  id: number;
  content: string;
  lstrip?: boolean;
  rstrip?: boolean;
  single_word?: boolean;
  normalized?: boolean;
}

const fieldsOfComponent = (component: unknown): Record<string, unknown> =>
  isJsonObject(component) ? component : {};

/** Of several tokens that begin at one place, the longest is found. */
function matcherOf(tokens: readonly string[]): RegExp {
  const longestFirst = [...tokens].sort((one, other) => other.length - one.length);
  return new RegExp(longestFirst.map((token) => token.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'), 'g');
}

/** A normalized word, and the place of each of its UTF-16 code units in the text. */
class Word {
  letters = '';
  characters = 0;
  readonly starts: number[] = [];
  readonly ends: number[] = [];

  add(character: string, start: number, end: number): void {
    for (let unit = 0; unit < character.length; unit++) {
      this.starts[this.letters.length + unit] = start;
      this.ends[this.letters.length + unit] = end;
    }
    this.letters += character;
    this.characters++;
  }

  clear(): void {
    this.letters = '';
    this.characters = 0;
  }
}

class Tokens {
  readonly #ids: number[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #words: number[] = [];
  #word = 0;

  add(id: number, start: number, end: number): void {
    this.#ids.push(id);
    this.#starts.push(start);
    this.#ends.push(end);
    this.#words.push(this.#word);
  }

  endWord(): void {
    this.#word++;
  }

  encoded(): EncodedText {
    return {
      ids: Int32Array.from(this.#ids),
      starts: Int32Array.from(this.#starts),
      ends: Int32Array.from(this.#ends),
      words: Int32Array.from(this.#words),
    };
  }
}

const LETTER = 0;
const BLANK = 1;
const PUNCTUATION = 2;
const WHITE_SPACE = /^\p{White_Space}$/u;
const MARK = /^\p{P}$/u;

/** Whether a normalized character is white space, a word of its own, or part of a word. */
function kindOf(character: string): number {
  const code = character.charCodeAt(0);
  if (code < 128) {
    if (code === 32 || (code >= 9 && code <= 13)) return BLANK;
    // In ASCII, symbols such as $ and + are punctuation too.
    const isAlphanumeric =
      (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90);
    return isAlphanumeric || code < 32 || code === 127 ? LETTER : PUNCTUATION;
  }
  if (WHITE_SPACE.test(character)) return BLANK;
  return MARK.test(character) ? PUNCTUATION : LETTER;
}

/** Control characters that are white space; the others, formats such as U+200B and private use are removed. */
const LAYOUT: ReadonlySet<string> = new Set(['\t', '\n', '\r']);
const REMOVED = /^[\p{Cc}\p{Cf}\p{Co}\p{Cs}\0\ufffd]$/u;
const ACCENT = /\p{Mn}/gu;
/** Chinese characters are words of their own. */
const IDEOGRAPH =
  /^[\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]$/u;

/** Returns a function that normalizes one character; characters seen before are remembered. */
function bertNormalizer(options: Record<string, unknown>): (character: string) => string {
  const { clean_text: cleans, handle_chinese_chars: separates, lowercase: lowers } = options;
  const strips = options.strip_accents ?? lowers;
  const known = new Map<string, string>();
  const normalize = (character: string): string => {
    let normal = character;
    if (cleans) {
      if (!LAYOUT.has(character) && REMOVED.test(character)) return '';
      if (WHITE_SPACE.test(character)) return ' ';
    }
    if (separates && IDEOGRAPH.test(character)) normal = ` ${normal} `;
    if (strips) normal = normal.normalize('NFD').replace(ACCENT, '');
    // Each character separately: a final sigma is not special.
    return lowers ? Array.from(normal, (one) => one.toLowerCase()).join('') : normal;
  };
  return (character) => {
    let normal = known.get(character);
    if (normal === undefined) {
      normal = normalize(character);
      known.set(character, normal);
    }
    return normal;
  };
}

import { PARTS, type Part } from './splitting';

/** Two sentences are near-identical from this Jaccard similarity of their word bigrams on: of 17 words, one may differ. */
export const NEAR_IDENTICAL = 0.8;

/** A sentence of train or dev that says the same as one of a later part. */
export interface Leak {
  part: Part;
  text: string;
  twinPart: Part;
  twin: string;
  /** Jaccard similarity of the word bigrams; 1 where but letter case and white space differ. */
  similarity: number;
}

/** The sentences of train that have a twin in dev or test, and those of dev that have one in test; the most alike first. */
export function findLeaks(parts: Record<Part, readonly { text: string }[]>): Leak[] {
  const index = new TwinIndex();
  const texts: string[] = [];
  for (const part of PARTS) for (const { text } of parts[part]) index.count(text);
  const leaks: Leak[] = [];
  for (const part of [...PARTS].reverse()) {
    for (const { text } of parts[part]) {
      const twin = index.find(text, part);
      if (twin) {
        const { sentence, similarity } = twin;
        leaks.push({ part, text, twinPart: twin.part, twin: texts[sentence], similarity });
      }
    }
    for (const { text } of parts[part]) index.add(text, part, texts.push(text) - 1);
  }
  return leaks.sort((a, b) => b.similarity - a.similarity);
}

/** A sentence of the index that is like another. */
export interface Twin {
  /** Its number, as it was given to `add`. */
  sentence: number;
  part: Part;
  similarity: number;
}

/**
 * Finds sentences that are near-identical to those it holds, exactly and without comparing all with all: of two sentences
 * whose bigrams have a Jaccard similarity of at least t, the rarest bigrams of one (all but t of them) include one of the rarest of
 * the other (prefix filtering: S. Chaudhuri, V. Ganti, R. Kaushik, ICDE 2006; R. Bayardo, Y. Ma, R. Srikant, WWW 2007).
 * So only rare bigrams are indexed and looked up.
 *
 * How rare a bigram is has to be known before: `count` all sentences first, then `add` and `find`. A harvest has millions of
 * sentences: about 150 bytes are kept of each different one, without its text.
 */
export class TwinIndex {
  /** By hash, several bigrams sharing a place: only the order depends on it, which is the same for all sentences. */
  readonly #frequency = new Uint32Array(1 << 20);
  // Of each entry: its part, the number it was given, and where its bigrams (hashes, ascending) begin among all.
  readonly #parts = new Numbers();
  readonly #sentences = new Numbers();
  readonly #begins = new Numbers();
  readonly #bigrams = new Numbers();
  // Postings of rare bigrams as chains: by hash the first, of each its entry and the one behind it; 0 ends a chain.
  readonly #first = new Uint32Array(1 << 20);
  readonly #entries = new Numbers(0);
  readonly #behind = new Numbers(0);

  count(text: string): void {
    for (const bigram of bigramsOf(text)) this.#frequency[bigram % this.#frequency.length]++;
  }

  /** @param sentence a number by which the caller knows it again */
  add(text: string, part: Part, sentence: number): void {
    const bigrams = bigramsOf(text);
    const prefix = this.#prefix(bigrams);
    const ownPart = PARTS.indexOf(part);
    // Headings and set phrases stand in every article: once is enough.
    for (const entry of this.#posted(prefix[0]))
      if (this.#parts.at(entry) === ownPart && jaccard(bigrams, this.#bigramsOf(entry)) === 1) return;
    const entry = this.#parts.push(ownPart);
    this.#sentences.push(sentence);
    this.#begins.push(this.#bigrams.length);
    for (const bigram of bigrams) this.#bigrams.push(bigram);
    for (const bigram of prefix) {
      const chain = bigram % this.#first.length;
      this.#behind.push(this.#first[chain]);
      this.#first[chain] = this.#entries.push(entry);
    }
  }

  /** The sentence of another part that is most like this one, if there is a near-identical one. */
  find(text: string, part: Part): Twin | undefined {
    const bigrams = bigramsOf(text);
    const ownPart = PARTS.indexOf(part);
    const seen = new Set<number>();
    let best: Twin | undefined;
    for (const bigram of this.#prefix(bigrams)) {
      for (const entry of this.#posted(bigram)) {
        if (this.#parts.at(entry) === ownPart || seen.has(entry)) continue;
        seen.add(entry);
        const similarity = jaccard(bigrams, this.#bigramsOf(entry));
        if (similarity < NEAR_IDENTICAL || similarity <= (best?.similarity ?? 0)) continue;
        best = { sentence: this.#sentences.at(entry), part: PARTS[this.#parts.at(entry)], similarity };
        if (similarity === 1) return best;
      }
    }
    return best;
  }

  /** Entries that have the bigram among their rarest, or another of the same place in the table. */
  *#posted(bigram: number): Generator<number> {
    let posting = this.#first[bigram % this.#first.length];
    for (; posting !== 0; posting = this.#behind.at(posting)) yield this.#entries.at(posting);
  }

  #bigramsOf(entry: number): Uint32Array {
    const isLast = entry + 1 === this.#begins.length;
    return this.#bigrams.slice(
      this.#begins.at(entry),
      isLast ? this.#bigrams.length : this.#begins.at(entry + 1),
    );
  }

  /** The rarest bigrams, as many as cannot all be missing from a near-identical sentence. */
  #prefix(bigrams: Uint32Array): number[] {
    const frequency = (bigram: number) => this.#frequency[bigram % this.#frequency.length];
    const rarestFirst = [...bigrams].sort((a, b) => frequency(a) - frequency(b) || a - b);
    return rarestFirst.slice(0, bigrams.length - Math.ceil(NEAR_IDENTICAL * bigrams.length) + 1);
  }
}

/** A list of 32-bit numbers that grows, four bytes each. */
class Numbers {
  #data = new Uint32Array(1 << 10);
  length = 0;

  constructor(...first: number[]) {
    for (const value of first) this.push(value);
  }

  /** The place it takes. */
  push(value: number): number {
    if (this.length === this.#data.length) {
      const larger = new Uint32Array(2 * this.length);
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data[this.length] = value;
    return this.length++;
  }

  at(place: number): number {
    return this.#data[place];
  }

  slice(start: number, end: number): Uint32Array {
    return this.#data.subarray(start, end);
  }
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

/** Hashes (FNV-1a, 32 bits) of the different pairs of neighbouring words, the sentence's ends counted as words; ascending. */
function bigramsOf(text: string): Uint32Array {
  const words = ['', ...wordsOf(text), ''];
  const hashes = new Set<number>();
  for (let place = 1; place < words.length; place++) {
    let hash = 0x811c9dc5;
    const pair = `${words[place - 1]} ${words[place]}`;
    for (let index = 0; index < pair.length; index++)
      hash = Math.imul(hash ^ pair.charCodeAt(index), 0x01000193);
    hashes.add(hash >>> 0);
  }
  return Uint32Array.from(hashes).sort();
}

function jaccard(one: Uint32Array, other: Uint32Array): number {
  let shared = 0;
  for (let a = 0, b = 0; a < one.length && b < other.length; ) {
    if (one[a] === other[b]) {
      shared++;
      a++;
      b++;
    } else if (one[a] < other[b]) a++;
    else b++;
  }
  return shared / (one.length + other.length - shared);
}

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
  const twins = new TwinIndex();
  for (const part of PARTS) for (const { text } of parts[part]) twins.count(text);
  const leaks: Leak[] = [];
  for (const part of [...PARTS].reverse()) {
    for (const { text } of parts[part]) {
      const leak = twins.find(text, part);
      if (leak) leaks.push(leak);
    }
    for (const { text } of parts[part]) twins.add(text, part);
  }
  return leaks.sort((a, b) => b.similarity - a.similarity);
}

interface Entry {
  text: string;
  part: Part;
  /** Hashes of the bigrams, ascending. */
  bigrams: Uint32Array;
}

/**
 * Finds sentences that are near-identical to those it holds, exactly and without comparing all with all: of two sentences
 * whose bigrams have a Jaccard similarity of at least t, the rarest bigrams of one (all but t of them) include one of the rarest of
 * the other (prefix filtering: S. Chaudhuri, V. Ganti, R. Kaushik, ICDE 2006; R. Bayardo, Y. Ma, R. Srikant, WWW 2007).
 * So only rare bigrams are indexed and looked up.
 *
 * How rare a bigram is has to be known before: `count` all sentences first, then `add` and `find`.
 */
export class TwinIndex {
  /** By hash, several bigrams sharing a place: only the order depends on it, which is the same for all sentences. */
  readonly #frequency = new Uint32Array(1 << 20);
  readonly #entries: Entry[] = [];
  /** Entries by each bigram of their prefix; most bigrams that are rare have one. */
  readonly #postings = new Map<number, number | number[]>();

  count(text: string): void {
    for (const bigram of bigramsOf(text)) this.#frequency[bigram % this.#frequency.length]++;
  }

  add(text: string, part: Part): void {
    const bigrams = bigramsOf(text);
    const prefix = this.#prefix(bigrams);
    // Headings and set phrases stand in every article: once is enough.
    const isSame = (index: number) =>
      this.#entries[index].part === part && jaccard(bigrams, this.#entries[index].bigrams) === 1;
    if (this.#posted(prefix[0]).some(isSame)) return;
    const entry = this.#entries.push({ text, part, bigrams }) - 1;
    for (const bigram of prefix) {
      const posting = this.#postings.get(bigram);
      if (posting === undefined) this.#postings.set(bigram, entry);
      else if (typeof posting === 'number') this.#postings.set(bigram, [posting, entry]);
      else posting.push(entry);
    }
  }

  /** The sentence of another part that is most like this one, if there is a near-identical one. */
  find(text: string, part: Part): Leak | undefined {
    const bigrams = bigramsOf(text);
    const seen = new Set<number>();
    let best: Leak | undefined;
    for (const bigram of this.#prefix(bigrams)) {
      for (const index of this.#posted(bigram)) {
        const entry = this.#entries[index];
        if (entry.part === part || seen.has(index)) continue;
        seen.add(index);
        const similarity = jaccard(bigrams, entry.bigrams);
        if (similarity < NEAR_IDENTICAL || similarity <= (best?.similarity ?? 0)) continue;
        best = { part, text, twinPart: entry.part, twin: entry.text, similarity };
        if (similarity === 1) return best;
      }
    }
    return best;
  }

  #posted(bigram: number): readonly number[] {
    const posting = this.#postings.get(bigram) ?? [];
    return typeof posting === 'number' ? [posting] : posting;
  }

  /** The rarest bigrams, as many as cannot all be missing from a near-identical sentence. */
  #prefix(bigrams: Uint32Array): number[] {
    const frequency = (bigram: number) => this.#frequency[bigram % this.#frequency.length];
    const rarestFirst = [...bigrams].sort((a, b) => frequency(a) - frequency(b) || a - b);
    return rarestFirst.slice(0, bigrams.length - Math.ceil(NEAR_IDENTICAL * bigrams.length) + 1);
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

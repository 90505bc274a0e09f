import { bigramsOf, jaccardAbove, jaccardOf } from './bigrams';
import { Numbers } from './numbers';
import { PARTS, type Part } from './splitting';

/** The least Jaccard similarity of the word bigrams of near-identical sentences: of 17 words, one may differ. */
export const NEAR_IDENTICAL = 0.8;

/**
 * The most work of one search: a comparison counts as `COMPARISON`, a look at a group as one. It is reached only if thousands of
 * sentences consist of the same few words; then a near-identical sentence may be missed, an identical one never.
 */
const MOST_WORK = 16_000;
const COMPARISON = 8;

/** A sentence of the index that is near-identical to another. */
export interface Twin {
  /** Its number, as passed to `add`. */
  sentence: number;
  part: Part;
  similarity: number;
}

/**
 * Finds near-identical sentences in the index without pairwise comparison: of two sentences whose bigrams
 * have a Jaccard similarity of at least t, the rarest bigrams of one (all but t of them) include one of the rarest of the other
 * (prefix filtering: S. Chaudhuri, V. Ganti, R. Kaushik, ICDE 2006; R. Bayardo, Y. Ma, R. Srikant, WWW 2007). So only rare
 * bigrams are indexed and looked up.
 *
 * Sentences that share a bigram are grouped by their size and by how many rarer bigrams they have: the first bigram that two
 * share, by its places in both, says how alike they can be at most (positional filtering: C. Xiao, W. Wang, X. Lin, J. X.
 * Yu, WWW 2008). Groups that cannot improve on the best match so far are skipped as a whole, so that thousands of sentences of
 * one pattern cost no more than a few.
 *
 * The frequencies must be known first: `count` all sentences, then `add` and `find`. A harvest has millions of sentences: the index
 * keeps about 250 bytes of each different one, without its text.
 */
export class TwinIndex {
  /** By hash, several bigrams sharing a place: only the order depends on it, which is the same for all sentences. */
  readonly #frequency = new Uint32Array(TABLE);
  // Of each entry: its part, the number it was given, where its bigrams (hashes, ascending) begin among all, and the entry
  // before it whose bigrams have the same hash. The first stands for none.
  readonly #parts = new Numbers(0);
  readonly #sentences = new Numbers(0);
  readonly #begins = new Numbers(0);
  readonly #sameBefore = new Numbers(0);
  readonly #bigrams = new Numbers();
  readonly #lastOfSet = new Uint32Array(TABLE);
  // Of each group: the bigram, the part and size of its sentences, the bigram's place among theirs from the rarest, the
  // first of its postings, and the group before it of the same bigram and of the same key. The first stands for none.
  readonly #groupBigrams = new Numbers(0);
  readonly #groupParts = new Numbers(0);
  readonly #groupSizes = new Numbers(0);
  readonly #groupPlaces = new Numbers(0);
  readonly #groupPostings = new Numbers(0);
  readonly #sameBigramBefore = new Numbers(0);
  readonly #sameKeyBefore = new Numbers(0);
  readonly #lastOfBigram = new Uint32Array(TABLE);
  readonly #lastOfKey = new Uint32Array(TABLE);
  // Postings of a group as a chain: of each its entry and the one behind it; 0 ends a chain.
  readonly #entries = new Numbers(0);
  readonly #behind = new Numbers(0);

  count(text: string): void {
    for (const bigram of bigramsOf(text)) this.#frequency[bigram % TABLE]++;
  }

  /** @param sentence a number that identifies it to the caller */
  add(text: string, part: Part, sentence: number): void {
    const bigrams = bigramsOf(text);
    const ownPart = PARTS.indexOf(part);
    // Headings and set phrases occur in every article: once is enough.
    for (const entry of this.#sameSet(bigrams)) if (this.#parts.at(entry) === ownPart) return;
    const entry = this.#parts.push(ownPart);
    this.#sentences.push(sentence);
    this.#begins.push(this.#bigrams.length);
    for (const bigram of bigrams) this.#bigrams.push(bigram);
    const set = hashOf(bigrams) % TABLE;
    this.#sameBefore.push(this.#lastOfSet[set]);
    this.#lastOfSet[set] = entry;
    this.#prefix(bigrams).forEach((bigram, place) => {
      const group = this.#groupFor(bigram, ownPart, bigrams.length, place);
      this.#behind.push(this.#groupPostings.at(group));
      this.#groupPostings.set(group, this.#entries.push(entry));
    });
  }

  /** The most similar sentence of another part, if one is near-identical. */
  find(text: string, part: Part): Twin | undefined {
    const bigrams = bigramsOf(text);
    const ownPart = PARTS.indexOf(part);
    for (const entry of this.#sameSet(bigrams))
      if (this.#parts.at(entry) !== ownPart) return this.#twin(entry, 1);
    const seen = new Set<number>();
    let best: Twin | undefined;
    let work = 0;
    for (const [place, bigram] of this.#prefix(bigrams).entries()) {
      let group = this.#lastOfBigram[bigram % TABLE];
      for (; group !== 0 && work < MOST_WORK; group = this.#sameBigramBefore.at(group)) {
        work++;
        if (this.#groupBigrams.at(group) !== bigram || this.#groupParts.at(group) === ownPart) continue;
        const size = this.#groupSizes.at(group);
        const sharedAtMost = Math.min(bigrams.length - place, size - this.#groupPlaces.at(group));
        const atMost = jaccardOf(sharedAtMost, bigrams.length, size);
        let posting = this.#groupPostings.at(group);
        for (; posting !== 0 && work < MOST_WORK; posting = this.#behind.at(posting)) {
          if (atMost < NEAR_IDENTICAL || (best && atMost <= best.similarity)) break;
          const entry = this.#entries.at(posting);
          if (seen.has(entry)) continue;
          seen.add(entry);
          work += COMPARISON;
          const least = best?.similarity ?? NEAR_IDENTICAL;
          const similarity = jaccardAbove(least, bigrams, this.#bigramsOf(entry));
          if (similarity < NEAR_IDENTICAL || similarity <= (best?.similarity ?? 0)) continue;
          best = this.#twin(entry, similarity);
        }
      }
    }
    return best;
  }

  #twin(entry: number, similarity: number): Twin {
    return { sentence: this.#sentences.at(entry), part: PARTS[this.#parts.at(entry)], similarity };
  }

  /** Entries with the same bigrams, the last added first. */
  *#sameSet(bigrams: Uint32Array): Generator<number> {
    let entry = this.#lastOfSet[hashOf(bigrams) % TABLE];
    for (; entry !== 0; entry = this.#sameBefore.at(entry))
      if (isSame(bigrams, this.#bigramsOf(entry))) yield entry;
  }

  #groupFor(bigram: number, part: number, size: number, place: number): number {
    const key = hashOf([bigram, part, size, place]) % TABLE;
    let group = this.#lastOfKey[key];
    for (; group !== 0; group = this.#sameKeyBefore.at(group)) {
      const isIt =
        this.#groupBigrams.at(group) === bigram &&
        this.#groupParts.at(group) === part &&
        this.#groupSizes.at(group) === size &&
        this.#groupPlaces.at(group) === place;
      if (isIt) return group;
    }
    group = this.#groupBigrams.push(bigram);
    this.#groupParts.push(part);
    this.#groupSizes.push(size);
    this.#groupPlaces.push(place);
    this.#groupPostings.push(0);
    this.#sameBigramBefore.push(this.#lastOfBigram[bigram % TABLE]);
    this.#lastOfBigram[bigram % TABLE] = group;
    this.#sameKeyBefore.push(this.#lastOfKey[key]);
    this.#lastOfKey[key] = group;
    return group;
  }

  #bigramsOf(entry: number): Uint32Array {
    const isLast = entry + 1 === this.#begins.length;
    return this.#bigrams.slice(
      this.#begins.at(entry),
      isLast ? this.#bigrams.length : this.#begins.at(entry + 1),
    );
  }

  /** The rarest bigrams: a near-identical sentence has at least one of them. */
  #prefix(bigrams: Uint32Array): number[] {
    const frequency = (bigram: number) => this.#frequency[bigram % TABLE];
    const rarestFirst = [...bigrams].sort((a, b) => frequency(a) - frequency(b) || a - b);
    return rarestFirst.slice(0, bigrams.length - Math.ceil(NEAR_IDENTICAL * bigrams.length) + 1);
  }
}

/** Places of each hash table. */
const TABLE = 1 << 20;

function hashOf(numbers: ArrayLike<number>): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < numbers.length; index++) {
    hash = Math.imul(hash ^ numbers[index], 0x01000193);
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}

function isSame(one: Uint32Array, other: Uint32Array): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index]);
}

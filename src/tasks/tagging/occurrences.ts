/** Occurrences in texts of words of one length: for each word `[part, start, part, start, …]`. */
export type Occurrences = Map<string, number[]>;

/** Up to this many words are searched for individually; more share one pass over the texts. */
const FEW = 16;
/** Size of a table of hashes: text whose hash is not in it is none of the words. */
const BITS = 1 << 16;
const BASE = 0x01000193;

/**
 * Finds non-overlapping occurrences of each word, from left to right, in one pass over the texts for any number of words, with a
 * rolling hash (R. Karp, M. Rabin, IBM J. Res. Dev. 31:249, 1987).
 *
 * @param words distinct, of one length, at least 1
 */
export function occurrencesOf(words: readonly string[], texts: readonly string[]): Occurrences {
  const found: Occurrences = new Map(words.map((word) => [word, []]));
  if (words.length <= FEW) {
    for (const [word, places] of found) {
      texts.forEach((text, part) => {
        for (let start = text.indexOf(word); start >= 0; start = text.indexOf(word, start + word.length))
          places.push(part, start);
      });
    }
    return found;
  }
  const { length } = words[0];
  const byHash = new Map<number, string[]>();
  const bits = new Uint8Array(BITS);
  for (const word of words) {
    const hash = hashOf(word, length);
    bits[(hash >>> 0) % BITS] = 1;
    const same = byHash.get(hash);
    if (same) same.push(word);
    else byHash.set(hash, [word]);
  }
  let leaving = 1; // weight of the character that leaves the hash
  for (let power = 0; power < length; power++) leaving = Math.imul(leaving, BASE);
  texts.forEach((text, part) => {
    if (text.length < length) return;
    let hash = hashOf(text, length);
    for (let start = 0; ; start++) {
      if (bits[(hash >>> 0) % BITS] === 1) {
        const word = byHash.get(hash)?.find((candidate) => text.startsWith(candidate, start));
        const places = word === undefined ? undefined : found.get(word)!;
        if (places && isFree(places, part, start - length)) places.push(part, start);
      }
      if (start + length >= text.length) break;
      hash = Math.imul(hash, BASE) + text.charCodeAt(start + length);
      hash = (hash - Math.imul(text.charCodeAt(start), leaving)) | 0;
    }
  });
  return found;
}

/** Returns whether the last occurrence in the part starts at `latest` or earlier. */
function isFree(places: readonly number[], part: number, latest: number): boolean {
  return places.length === 0 || places[places.length - 2] !== part || places[places.length - 1] <= latest;
}

function hashOf(text: string, length: number): number {
  let hash = 0;
  for (let place = 0; place < length; place++) hash = (Math.imul(hash, BASE) + text.charCodeAt(place)) | 0;
  return hash;
}

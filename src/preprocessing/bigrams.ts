/** Hashes (FNV-1a, 32 bits) of the different pairs of neighbouring words, with the ends of the sentence as words; ascending. */
export function bigramsOf(text: string): Uint32Array {
  const words = [
    '',
    ...text
      .toLowerCase()
      .split(/[\s\u0085]+/)
      .filter(Boolean),
    '',
  ];
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

/** The Jaccard similarity of two sets, each in ascending order; 0 as soon as it cannot reach `least`. */
export function jaccardAbove(least: number, one: Uint32Array, other: Uint32Array): number {
  // Slightly less, since the quotient may be inexact.
  const needed = Math.ceil((least * (one.length + other.length)) / (1 + least) - 1e-9);
  // How many members of each may be missing from the other before too few can be shared.
  let spareOne = one.length - needed;
  let spareOther = other.length - needed;
  let a = 0;
  let b = 0;
  while (a < one.length && b < other.length && spareOne >= 0 && spareOther >= 0) {
    if (one[a] === other[b]) {
      a++;
      b++;
    } else if (one[a] < other[b]) {
      a++;
      spareOne--;
    } else {
      b++;
      spareOther--;
    }
  }
  if (spareOne < 0 || spareOther < 0) return 0;
  const shared = needed + spareOne - (one.length - a);
  return shared / (one.length + other.length - shared);
}

/** The Jaccard similarity of two sets of these sizes that share `shared` members. */
export function jaccardOf(shared: number, size: number, otherSize: number): number {
  return shared / (size + otherSize - shared);
}

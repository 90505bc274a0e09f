/**
 * Aligns two renderings of one article, to map positions from one to the other independently of how annotations are placed.
 *
 * White space is ignored. Runs of `SEED` characters that occur once in each text are the seeds; they are extended in both directions
 * as far as the texts agree (and so cover text that is repeated elsewhere), the longest first. Between two runs that are neighbours
 * in both texts, the longest common subsequence fills the gap. Blocks may be in a different order.
 */
const SEED = 24;
/** Gaps with more cells than this are not filled. */
const LARGEST_GAP = 4_000_000;

interface Run {
  left: number;
  right: number;
  length: number;
}

/** For each code unit of `left` the offset of its counterpart in `right`, or -1. */
export function alignTexts(left: string, right: string): Int32Array {
  const a = withoutWhiteSpace(left);
  const b = withoutWhiteSpace(right);
  const counterpart = new Int32Array(a.text.length).fill(-1);
  const taken = new Uint8Array(b.text.length);
  const runs = longestFirst(a.text, b.text).filter((run) => take(run, counterpart, taken));
  runs.sort((one, other) => one.left - other.left);
  fillGaps(a.text, b.text, runs, counterpart, taken);
  const result = new Int32Array(left.length).fill(-1);
  counterpart.forEach((place, unit) => {
    if (place >= 0) result[a.places[unit]] = b.places[place];
  });
  return result;
}

function withoutWhiteSpace(original: string): { text: string; places: number[] } {
  const places: number[] = [];
  for (const { index } of original.matchAll(/\S/g)) places.push(index);
  return { text: original.replace(/\s/g, ''), places };
}

/** Maximal common runs around the seeds. */
function longestFirst(a: string, b: string): Run[] {
  const seedsOfB = seeds(b);
  const runs = new Map<string, Run>();
  const covered = new Map<number, number>(); // by diagonal: the end of the last run on it
  for (const [seed, left] of seeds(a)) {
    const right = seedsOfB.get(seed);
    if (left < 0 || right === undefined || right < 0) continue;
    if ((covered.get(left - right) ?? -1) > left) continue;
    let before = 0;
    while (left > before && right > before && a[left - before - 1] === b[right - before - 1]) before++;
    let length = SEED;
    while (left + length < a.length && right + length < b.length && a[left + length] === b[right + length])
      length++;
    covered.set(left - right, left + length);
    const run = { left: left - before, right: right - before, length: length + before };
    runs.set(`${run.left},${run.right}`, run);
  }
  return [...runs.values()].sort((one, other) => other.length - one.length);
}

/** Each run of `SEED` characters with its position, -1 if it occurs several times. */
function seeds(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (let place = 0; place + SEED <= text.length; place++) {
    const seed = text.slice(place, place + SEED);
    found.set(seed, found.has(seed) ? -1 : place);
  }
  return found;
}

/** Enters the part of a run not covered by longer ones; shortens the run to it. */
function take(run: Run, counterpart: Int32Array, taken: Uint8Array): boolean {
  const isFree = (unit: number) => counterpart[run.left + unit] < 0 && !taken[run.right + unit];
  let first = 0;
  while (first < run.length && !isFree(first)) first++;
  let last = first;
  while (last < run.length && isFree(last)) last++;
  run.left += first;
  run.right += first;
  run.length = last - first;
  for (let unit = 0; unit < run.length; unit++) {
    counterpart[run.left + unit] = run.right + unit;
    taken[run.right + unit] = 1;
  }
  return run.length > 0;
}

function fillGaps(
  a: string,
  b: string,
  runs: readonly Run[],
  counterpart: Int32Array,
  taken: Uint8Array,
): void {
  for (let index = 0; index <= runs.length; index++) {
    const before = runs[index - 1];
    const after = runs[index];
    const left = before ? before.left + before.length : 0;
    const right = before ? before.right + before.length : 0;
    const leftEnd = after?.left ?? a.length;
    const rightEnd = after?.right ?? b.length;
    if (leftEnd <= left || rightEnd <= right || (leftEnd - left) * (rightEnd - right) > LARGEST_GAP) continue;
    if (taken.subarray(right, rightEnd).includes(1)) continue; // the blocks are not neighbours there
    for (const [i, j] of commonSubsequence(a.slice(left, leftEnd), b.slice(right, rightEnd)))
      counterpart[left + i] = right + j;
  }
}

function commonSubsequence(a: string, b: string): [number, number][] {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i * width + j] =
        a[i] === b[j]
          ? lengths[(i + 1) * width + j + 1] + 1
          : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    // As late as possible: additional text ("Figure 1") is mostly before the common text.
    if (lengths[(i + 1) * width + j] === lengths[i * width + j]) i++;
    else if (lengths[i * width + j + 1] === lengths[i * width + j]) j++;
    else pairs.push([i++, j++]);
  }
  return pairs;
}

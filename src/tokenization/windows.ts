import type { EncodedText, Tokenizer } from './tokenizer';

/**
 * A stretch of a text that fits the encoder: `[CLS]`, tokens `first` to `last` of the text, `[SEP]`. The window answers for
 * the tokens from `ownedFrom` to `ownedTo` (exclusive); the others are there as context and belong to a neighbour.
 */
export interface Window {
  inputIds: Int32Array; // [length], special tokens included
  first: number;
  last: number;
  ownedFrom: number;
  ownedTo: number;
}

/**
 * Cuts a text's tokens into windows of at most `maximumLength` tokens, specials included. A text that fits is one window.
 * Longer ones overlap by a quarter of the window, and each token is owned by just one window, where it has context on both
 * sides: nothing is lost and nothing counts twice.
 */
export function cutWindows(encoded: EncodedText, tokenizer: Tokenizer, maximumLength: number): Window[] {
  const capacity = maximumLength - 2;
  const count = encoded.ids.length;
  const overlap = count > capacity ? Math.floor(capacity / 4) : 0;
  const windows: Window[] = [];
  for (let first = 0; first === 0 || first + overlap < count; first += capacity - overlap) {
    const last = Math.min(first + capacity, count);
    windows.push({
      inputIds: Int32Array.of(
        tokenizer.classificationId,
        ...encoded.ids.subarray(first, last),
        tokenizer.separatorId,
      ),
      first,
      last,
      ownedFrom: first === 0 ? 0 : first + Math.ceil(overlap / 2),
      ownedTo: last === count ? count : last - Math.floor(overlap / 2),
    });
  }
  return windows;
}

/** Puts window logits together into one row for every token of the text; rows of special tokens and context fall away. */
export function joinWindows(
  windows: readonly Window[],
  logits: readonly Float32Array[],
  outputs: number,
): Float32Array {
  const tokens = windows[windows.length - 1].last;
  const joined = new Float32Array(tokens * outputs); // [tokens, outputs]
  windows.forEach(({ first, ownedFrom, ownedTo }, index) => {
    const skipped = 1 + ownedFrom - first; // [CLS] and the context before
    joined.set(
      logits[index].subarray(skipped * outputs, (skipped + ownedTo - ownedFrom) * outputs),
      ownedFrom * outputs,
    );
  });
  return joined;
}

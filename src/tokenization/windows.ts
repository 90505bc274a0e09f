import type { EncodedText, TextTokenizer } from './text-tokenizer';

/** Special tokens of a window: one at its start, one at its end. */
export const FRAME_TOKENS = 2;

/**
 * A range of a text's tokens that fits the encoder: a start token, tokens `first` to `last`, an end token. The window owns the tokens from
 * `ownedFrom` to `ownedTo` (exclusive); the others are context and owned by a neighbour.
 */
export interface Window {
  inputIds: Int32Array; // [length], special tokens included
  first: number;
  last: number;
  ownedFrom: number;
  ownedTo: number;
}

/**
 * Splits a text's tokens into windows of at most `maximumLength` tokens, including special tokens. A text that fits is one window.
 * Longer ones overlap by a quarter of the window, and each token is owned by exactly one window, where it has context on both
 * sides: none is lost or counted twice.
 */
export function cutWindows(encoded: EncodedText, tokenizer: TextTokenizer, maximumLength: number): Window[] {
  const capacity = maximumLength - FRAME_TOKENS;
  const count = encoded.ids.length;
  const overlap = count > capacity ? Math.floor(capacity / 4) : 0;
  const windows: Window[] = [];
  for (let first = 0; first === 0 || first + overlap < count; first += capacity - overlap) {
    const last = Math.min(first + capacity, count);
    windows.push({
      inputIds: Int32Array.of(tokenizer.startId, ...encoded.ids.subarray(first, last), tokenizer.endId),
      first,
      last,
      ownedFrom: first === 0 ? 0 : first + Math.ceil(overlap / 2),
      ownedTo: last === count ? count : last - Math.floor(overlap / 2),
    });
  }
  return windows;
}

/** Joins the logits of windows into one row per token of the text; drops rows of special tokens and context. */
export function joinWindows(
  windows: readonly Window[],
  logits: readonly Float32Array[],
  outputs: number,
): Float32Array {
  const tokens = windows[windows.length - 1].last;
  const joined = new Float32Array(tokens * outputs); // [tokens, outputs]
  windows.forEach(({ first, ownedFrom, ownedTo }, index) => {
    const skipped = 1 + ownedFrom - first; // the start token and the preceding context
    joined.set(
      logits[index].subarray(skipped * outputs, (skipped + ownedTo - ownedFrom) * outputs),
      ownedFrom * outputs,
    );
  });
  return joined;
}

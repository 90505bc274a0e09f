/** Texts, and code units in them, whose tokens and logits are in memory at once. */
const TEXTS_AT_ONCE = 2048;
const CODE_UNITS_AT_ONCE = 1 << 19;

/** Yields the texts in order, in portions that fit in memory; a portion ends with the text that reaches a limit. */
export function* portionsOf(texts: readonly string[]): Generator<readonly string[]> {
  for (let start = 0, end = 0; start < texts.length; start = end) {
    let units = 0;
    while (end < texts.length && end - start < TEXTS_AT_ONCE && units < CODE_UNITS_AT_ONCE)
      units += texts[end++].length;
    yield texts.slice(start, end);
  }
}

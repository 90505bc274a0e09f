import type { LabelledText } from '../foundation';
import type { Tokenizer } from '../tokenization';

/**
 * Cuts texts where an encoder stops reading, so that a classifier of words can be compared on what the encoder sees.
 *
 * @param maximumLength tokens of the encoder's input, with its two special ones
 */
export async function beginningsOf<T extends LabelledText>(
  texts: readonly T[],
  tokenizer: Tokenizer,
  maximumLength: number,
): Promise<T[]> {
  const encoded = await tokenizer.encode(texts.map(({ text }) => text));
  const tokens = maximumLength - 2;
  return texts.map((one, index) => {
    const { ids, ends } = encoded[index];
    return ids.length > tokens ? { ...one, text: one.text.slice(0, ends[tokens - 1]) } : one;
  });
}

import type { LabelledText } from '../foundation';
import { FRAME_TOKENS, type Tokenizer } from '../tokenization';

/**
 * Cuts texts where an encoder stops reading, so that a classifier without an encoder can be judged on the same words.
 *
 * @param maximumLength in sub-words, with the two special tokens
 */
export async function beginningsOf<T extends LabelledText>(
  texts: readonly T[],
  tokenizer: Tokenizer,
  maximumLength: number,
): Promise<T[]> {
  const encoded = await tokenizer.encode(texts.map(({ text }) => text));
  return texts.map((one, index) => {
    const { ids, ends } = encoded[index];
    const read = maximumLength - FRAME_TOKENS;
    return ids.length > read ? { ...one, text: one.text.slice(0, ends[read - 1]) } : one;
  });
}

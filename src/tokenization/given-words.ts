import type { EncodedText, TextWithWords } from './text-tokenizer';

/**
 * Tokenizes texts with given words. Each word is encoded separately, as Python's tokenizers do with `is_split_into_words`; a word
 * without tokens, such as a control character, becomes the unknown token, so that every word has a token. `words` counts the given
 * words.
 *
 * @param encode tokenizes words
 */
export async function encodeGivenWords(
  texts: readonly TextWithWords[],
  unknownId: number,
  encode: (words: readonly string[]) => Promise<EncodedText[]>,
): Promise<EncodedText[]> {
  const surfaces = new Map<string, number>();
  for (const { text, words } of texts)
    for (const { start, end } of words) {
      const surface = text.slice(start, end);
      if (!surfaces.has(surface)) surfaces.set(surface, surfaces.size);
    }
  const encoded = await encode([...surfaces.keys()]);
  return texts.map(({ text, words }) => {
    const [ids, starts, ends, ofWord]: number[][] = [[], [], [], []];
    words.forEach(({ start, end }, word) => {
      const own = encoded[surfaces.get(text.slice(start, end))!];
      own.ids.forEach((id, token) => {
        ids.push(id);
        starts.push(start + own.starts[token]);
        ends.push(start + own.ends[token]);
        ofWord.push(word);
      });
      if (own.ids.length > 0) return;
      ids.push(unknownId);
      starts.push(start);
      ends.push(end);
      ofWord.push(word);
    });
    return {
      ids: Int32Array.from(ids),
      starts: Int32Array.from(starts),
      ends: Int32Array.from(ends),
      words: Int32Array.from(ofWord),
    };
  });
}

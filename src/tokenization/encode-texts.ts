import type { TextRange } from '../foundation';
import type { TagSet } from './tag-set';
import type { EncodedText, TextTokenizer } from './text-tokenizer';
import { wordsOf } from './words';

/** A text, and its words if the source fixes them. */
export interface TextInput {
  text: string;
  words?: readonly TextRange[];
}

/** Tokenizes texts for a tagger: word by word if words are given, or if the tagger predicts per word. */
export async function encodeTexts(
  inputs: readonly TextInput[],
  tokenizer: TextTokenizer,
  { words: rule }: Pick<TagSet, 'words'>,
): Promise<EncodedText[]> {
  if (!rule && inputs.every(({ words }) => words === undefined))
    return tokenizer.encode(inputs.map(({ text }) => text));
  const encodings = new Array<EncodedText>(inputs.length);
  const byWords = inputs.flatMap(({ text, words }, index) =>
    words || rule ? [{ index, text, words: words ?? wordsOf(text) }] : [],
  );
  const plain = inputs.flatMap(({ words }, index) => (words || rule ? [] : [index]));
  const [ofWords, ofPlain] = [
    await tokenizer.encodeWords(byWords),
    await tokenizer.encode(plain.map((index) => inputs[index].text)),
  ];
  byWords.forEach(({ index }, place) => {
    encodings[index] = ofWords[place];
  });
  plain.forEach((index, place) => {
    encodings[index] = ofPlain[place];
  });
  return encodings;
}

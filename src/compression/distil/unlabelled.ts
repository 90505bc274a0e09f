import { splitSentences } from '../../corpora';
import { createRandom, readTextFile, type Sentence } from '../../foundation';

/**
 * Sentences of text files, a paragraph a line, of which nothing is known: no class was looked for. At most `most` of them, drawn
 * by the seed.
 */
export function readUnlabelled(files: readonly string[], most: number, seed: number): Sentence[] {
  const sentences = files.flatMap((file) =>
    readTextFile(file)
      .split('\n')
      .flatMap((text, paragraph) =>
        splitSentences(text).map(({ start, end }) => ({
          article: file,
          section: '',
          paragraph,
          offset: start,
          text: text.slice(start, end),
          spans: [],
          annotated: [],
        })),
      ),
  );
  return sentences.length > most ? createRandom(seed).shuffle(sentences).slice(0, most) : sentences;
}

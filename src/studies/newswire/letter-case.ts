import type { Sentence } from '../../foundation';
import { spansOfTags, tagsOfWords, wordRanges } from './word-tags';

/** Ways to write the same words. */
export const LETTER_CASES = ['as written', 'lower', 'upper', 'title'] as const;
export type LetterCase = (typeof LETTER_CASES)[number];

/**
 * A character in another case, if that takes as many code units and can be undone: "ß" has no single capital, and the one of "ı" is that of
 * "i", so that an uncased encoder would read another word.
 */
function changed(character: string, upper: boolean): string {
  const other = upper ? character.toUpperCase() : character.toLowerCase();
  const isUndone = other.length === character.length && other.toLowerCase() === character.toLowerCase();
  return isUndone ? other : character;
}

/** The same sentence in another case, its spans and words in the same places. */
export function inLetterCase(sentence: Sentence, letterCase: LetterCase): Sentence {
  if (letterCase === 'as written') return sentence;
  const starts = new Set(wordRanges(sentence).map(({ start }) => start));
  let place = 0;
  const text = [...sentence.text].map((character) => {
    const upper = letterCase === 'upper' || (letterCase === 'title' && starts.has(place));
    place += character.length;
    return changed(character, upper);
  });
  return { ...sentence, text: text.join('') };
}

/** Whether a sentence has capitals and no small letters; scripts without case have neither. */
export const isAllCapitals = ({ text }: Pick<Sentence, 'text'>): boolean =>
  /\p{Lu}/u.test(text) && !/\p{Ll}/u.test(text);

/** The form of a word: kinds of characters in their order, equal neighbours once, and whether it opens the sentence. */
const shapeOf = (word: string, isFirst: boolean): string =>
  `${isFirst ? '^' : ''}${word
    .replace(/\p{Lu}/gu, 'X')
    .replace(/\p{Ll}/gu, 'x')
    .replace(/\p{N}/gu, '0')
    .replace(/(.)\1+/g, '$1')}`;

/** A tagger that gives each word the tag that was most frequent for its key in training; `O` for unknown keys. */
export interface WordTagger {
  tag(sentence: Sentence): ReturnType<typeof spansOfTags>;
}

/** Learns the most frequent tag of each word, or of each form of words if `by` is `shape`. */
export function trainWordTagger(train: readonly Sentence[], by: 'word' | 'shape'): WordTagger {
  const keysOf = (sentence: Sentence) =>
    wordRanges(sentence).map(({ start, end }, index) => {
      const word = sentence.text.slice(start, end);
      return by === 'word' ? word : shapeOf(word, index === 0);
    });
  const counts = new Map<string, Map<string, number>>();
  for (const sentence of train) {
    const tags = tagsOfWords(sentence, sentence.spans);
    keysOf(sentence).forEach((key, index) => {
      const own = counts.get(key) ?? new Map<string, number>();
      counts.set(key, own.set(tags[index], (own.get(tags[index]) ?? 0) + 1));
    });
  }
  const tagOf = new Map(
    [...counts].map(([key, own]) => [
      key,
      [...own].reduce((best, one) => (one[1] > best[1] ? one : best))[0],
    ]),
  );
  return {
    tag: (sentence) =>
      spansOfTags(
        sentence,
        keysOf(sentence).map((key) => tagOf.get(key) ?? 'O'),
      ),
  };
}

import { InputError, type Sentence } from '../../foundation';
import { type MentionScore, scoreTags } from './scores';
import { type SentenceWords, tagsOfWords, wordRanges } from './word-tags';

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

/** Tags the words of a sentence // [words] */
export type WordTagger = (sentence: SentenceWords) => string[];

/**
 * A tagger that only counts: each word, or each form of words if `by` is `shape`, gets the tag that was most frequent for it in training, and `O`
 * if training lacks it.
 */
export function trainWordTagger(train: readonly Sentence[], by: 'word' | 'shape'): WordTagger {
  const keysOf = (sentence: SentenceWords) =>
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
  return (sentence) => keysOf(sentence).map((key) => tagOf.get(key) ?? 'O');
}

/** What a tagger makes of the same sentences in one letter case. */
export interface CaseScores {
  tags: string[][];
  scores: MentionScore[];
}

/** Tags and scores the same sentences in every letter case. @param tagAll one list of tags per sentence // [sentences][words] */
export async function scoreLetterCases(
  gold: readonly Sentence[],
  tagAll: (sentences: readonly Sentence[]) => string[][] | Promise<string[][]>,
  labels: readonly string[],
  seed: number,
): Promise<Record<LetterCase, CaseScores>> {
  const results: [LetterCase, CaseScores][] = [];
  for (const letterCase of LETTER_CASES) {
    const written = gold.map((sentence) => inLetterCase(sentence, letterCase));
    const tags = await tagAll(written);
    results.push([letterCase, { tags, scores: scoreTags(written, tags, labels, seed) }]);
  }
  return Object.fromEntries(results) as Record<LetterCase, CaseScores>;
}

/** @throws InputError if the tags differ between letter cases, as they must not from an encoder that does not see them */
export function checkCaseBlind(byCase: Readonly<Record<LetterCase, CaseScores>>): void {
  const plain = JSON.stringify(byCase['as written'].tags);
  for (const letterCase of LETTER_CASES)
    if (JSON.stringify(byCase[letterCase].tags) !== plain)
      throw new InputError(
        `the tags in ${letterCase} case differ from those as written; the encoder sees letter case, take an uncased one`,
      );
}

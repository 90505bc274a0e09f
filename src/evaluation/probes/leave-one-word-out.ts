import type { TextRange } from '../../foundation';
import type { ScoredLabel } from '../../tasks';
import { wordsOf } from '../../tokenization';

/** A word of a text, at `text.slice(start, end)`, in UTF-16 code units. */
export interface WordContribution extends TextRange {
  /** By how much the probability of the text's label falls without the word; negative if it rises. */
  drop: number;
}

/** What each word of a text contributes to the answer. */
export interface Contributions {
  /** The most probable label of the whole text. */
  label: string;
  probability: number;
  /** In text order; punctuation is not left out. */
  words: WordContribution[];
}

const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/**
 * Leaves out one word after the other and measures the change of the winner's probability (erasure: Li, Monroe and Jurafsky 2016,
 * arXiv:1612.08220). It says what this classifier reacts to, not why; words that are said twice hide each other.
 *
 * @param classify returns all labels of each text, the most probable first, such as `classifyTexts` of a classifier
 * @example
 * const classifier = await loadClassifier('runs/go');
 * await leaveOneWordOut('Binding to a protein.', classifier.classifyTexts);
 * // with a tf-idf baseline in place of the network:
 * // { label: 'molecular_function', probability: 0.999, words: [{ start: 0, end: 7, drop: 0.539 }, …] }
 */
export async function leaveOneWordOut(
  text: string,
  classify: (texts: readonly string[]) => ScoredLabel[][] | Promise<ScoredLabel[][]>,
): Promise<Contributions> {
  const words = wordsOf(text).filter(({ start, end }) => LETTER_OR_DIGIT.test(text.slice(start, end)));
  const [whole, ...others] = await classify([text, ...words.map((word) => without(text, word))]);
  const { label, score: probability } = whole[0];
  return {
    label,
    probability,
    words: words.map(({ start, end }, index) => {
      const rest = others[index].find((one) => one.label === label)!;
      return { start, end, drop: probability - rest.score };
    }),
  };
}

/** Returns the text without a word, with one gap where there would be two. */
function without(text: string, { start, end }: TextRange): string {
  const before = text.slice(0, start);
  const after = text.slice(end);
  return before === '' || /\s$/.test(before) ? before + after.trimStart() : before + after;
}

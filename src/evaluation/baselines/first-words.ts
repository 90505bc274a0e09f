import type { LabelledText } from '../../foundation';
import { openingOf } from '../opening';
import { type Baseline, labelShares, trainingTexts } from './baseline';

/** Settings of `trainFirstWords`. */
export interface FirstWordsOptions {
  /** Number of words read. Default: 2. */
  words?: number;
}

/**
 * Reads only the first words of a text, without regard to case: how much of the answer do formulaic openings give away? The
 * probabilities are those of the labels among training texts with the same opening, smoothed by those of openings with one word
 * fewer, and so on down to the shares of the labels: `(count + shorter) / (total + 1)` (hierarchical Dirichlet smoothing, MacKay and
 * Peto 1995, Natural Language Engineering 1:289, with weight 1). An opening that was never seen thus backs off to a shorter one.
 *
 * @throws InputError if there are no texts, or texts have several labels
 */
export function trainFirstWords(
  texts: readonly LabelledText[],
  { words = 2 }: FirstWordsOptions = {},
): Baseline {
  const training = trainingTexts(texts);
  const { labels, gold } = training;
  const shares = labelShares(training);
  // Counts of labels by opening, of every length from one word to `words`.
  const counts = new Map<string, Float64Array>();
  training.texts.forEach((text, index) => {
    for (const opening of openingsOf(text, words)) {
      const own = counts.get(opening) ?? new Float64Array(labels.length);
      own[gold[index]]++;
      counts.set(opening, own);
    }
  });
  const score = (text: string) => {
    let probabilities = shares;
    for (const opening of openingsOf(text, words)) {
      const own = counts.get(opening);
      if (!own) break;
      const total = own.reduce((sum, count) => sum + count, 0);
      probabilities = own.map((count, label) => (count + probabilities[label]) / (total + 1));
    }
    return Float32Array.from(probabilities, Math.log);
  };
  return { labels, score: (unseen) => unseen.map(score) };
}

/** The openings of one word, two words, …: as many as the text has, in lower case. */
function openingsOf(text: string, words: number): string[] {
  const opening = openingOf(text.toLowerCase(), words);
  if (opening === '') return [];
  const parts = opening.split(' ');
  return parts.map((_, index) => parts.slice(0, index + 1).join(' '));
}

import { classificationReport, type SequenceScore } from '../../evaluation';
import type { Sentence } from '../../foundation';
import type { Tokenizer } from '../../tokenization';
import type { Row } from '../../visualization';
import { PUBLISHED_NEWSWIRE } from './profiles';
import { tagsOfWords, wordRanges } from './word-tags';

/** seqeval's scores of sub-words, and the share of right tags. */
export interface SubwordScores {
  report: Record<string, SequenceScore>;
  accuracy: number;
}

/**
 * seqeval's scores where every sub-word counts as a word of its own, with the tag of its word, as the reference study scored.
 *
 * @param predicted tags of words // [sentences][words]
 */
export async function scoreSubwords(
  gold: readonly Sentence[],
  predicted: readonly (readonly string[])[],
  tokenizer: Tokenizer,
): Promise<SubwordScores> {
  const encodings = await tokenizer.encodeWords(
    gold.map((sentence) => ({ text: sentence.text, words: wordRanges(sentence) })),
  );
  const repeated = (tags: readonly string[], index: number) =>
    Array.from(encodings[index].words, (word) => tags[word]);
  const goldTags = gold.map((sentence, index) => repeated(tagsOfWords(sentence, sentence.spans), index));
  const found = predicted.map(repeated);
  const [flatGold, flatFound] = [goldTags.flat(), found.flat()];
  const right = flatGold.filter((tag, index) => tag === flatFound[index]).length;
  return { report: classificationReport(goldTags, found), accuracy: right / flatGold.length };
}

/** One row per label and one for all, ours beside the reference study's. */
export function subwordRows({ report }: SubwordScores, labels: readonly string[]): Row[] {
  return [...labels, 'all'].map((label) => {
    const own = report[label === 'all' ? 'micro avg' : label];
    const published = PUBLISHED_NEWSWIRE.test.find((row) => row.label === label);
    return {
      label,
      'precision (%)': own ? 100 * own.precision : null,
      'recall (%)': own ? 100 * own.recall : null,
      'F1 (%)': own ? 100 * own['f1-score'] : null,
      names: own?.support ?? null,
      'precision, reference study (%)': published?.['precision (%)'] ?? null,
      'recall, reference study (%)': published?.['recall (%)'] ?? null,
      'F1, reference study (%)': published?.['F1 (%)'] ?? null,
      'names, reference study': published?.mentions ?? null,
    };
  });
}

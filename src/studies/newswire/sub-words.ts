import { classificationReport, type SequenceScore } from '../../evaluation';
import type { Sentence, Span } from '../../foundation';
import type { Tokenizer } from '../../tokenization';
import type { Row } from '../../visualization';
import { PUBLISHED_NEWSWIRE } from './profiles';
import { tagsOfWords, wordRanges } from './word-tags';

/** seqeval's scores where every sub-word counts as a word of its own, with the tag of its word, as the reference study scored. */
export async function scoreSubwords(
  gold: readonly Sentence[],
  predicted: readonly (readonly Span[])[],
  tokenizer: Tokenizer,
): Promise<Record<string, SequenceScore>> {
  const encodings = await tokenizer.encodeWords(
    gold.map((sentence) => ({ text: sentence.text, words: wordRanges(sentence) })),
  );
  const tagsOf = (spans: readonly Span[], index: number) => {
    const ofWords = tagsOfWords(gold[index], spans);
    return Array.from(encodings[index].words, (word) => ofWords[word]);
  };
  return classificationReport(
    gold.map(({ spans }, index) => tagsOf(spans, index)),
    predicted.map(tagsOf),
  );
}

/** One row per label and one for all, ours beside the reference study's. */
export function subwordRows(
  report: Readonly<Record<string, SequenceScore>>,
  labels: readonly string[],
): Row[] {
  return [...labels, 'all'].map((label) => {
    const own = report[label === 'all' ? 'micro avg' : label];
    const published = PUBLISHED_NEWSWIRE.test.find((row) => row.label === label);
    return {
      label,
      'precision (%)': 100 * (own?.precision ?? 0),
      'recall (%)': 100 * (own?.recall ?? 0),
      'F1 (%)': 100 * (own?.['f1-score'] ?? 0),
      names: own?.support ?? 0,
      'precision, reference study (%)': published?.['precision (%)'] ?? null,
      'recall, reference study (%)': published?.['recall (%)'] ?? null,
      'F1, reference study (%)': published?.['F1 (%)'] ?? null,
      'names, reference study': published?.mentions ?? null,
    };
  });
}

import type { Sentence, Span } from '../../foundation';
import { wordsOf } from '../../tokenization';

/** What is tagged: a text, and its words where the source fixes them. */
export type SentenceWords = Pick<Sentence, 'text' | 'words'>;

/** The words of a sentence: those that its source fixes, or split at blanks and punctuation. */
export const wordRanges = ({ text, words }: SentenceWords) => words ?? wordsOf(text);

/** The tags of a sentence's words in IOB2: `B-` opens every mention, `I-` continues it. A word belongs to the first span that it overlaps. */
export function tagsOfWords(sentence: SentenceWords, spans: readonly Span[]): string[] {
  const inOrder = [...spans].sort((one, other) => one.start - other.start);
  let previous: Span | undefined;
  return wordRanges(sentence).map(({ start, end }) => {
    const span = inOrder.find((one) => one.start < end && one.end > start);
    const tag = span ? `${span === previous ? 'I' : 'B'}-${span.label}` : 'O';
    previous = span;
    return tag;
  });
}

/** The spans of words tagged in IOB2. An `I-` that continues nothing opens a mention. */
export function spansOfTags(sentence: SentenceWords, tags: readonly string[]): Span[] {
  const spans: Span[] = [];
  let open: Span | undefined;
  for (const [index, { start, end }] of wordRanges(sentence).entries()) {
    const tag = tags[index];
    const label = tag.slice(2);
    if (tag.startsWith('I-') && open?.label === label) open.end = end;
    else {
      open = tag === 'O' ? undefined : { start, end, label };
      if (open) spans.push(open);
    }
  }
  return spans;
}

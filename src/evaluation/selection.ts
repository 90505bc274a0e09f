import { labelsOf, type Sentence, type Span } from '../foundation';
import type { EvaluationReport, TaggedText } from '../tasks';
import { knownSpans, spanKey } from '../tasks';

/** A test sentence with the model's output. */
export interface ExaminedSentence {
  corpus: string;
  sentence: Sentence;
  tagged: TaggedText;
}

/** Predictions of the classes for which the sentence is annotated. */
export function comparable({ sentence, tagged }: ExaminedSentence): Span[] {
  return knownSpans(tagged.spans, sentence);
}

function isRight(examined: ExaminedSentence): boolean {
  const gold = new Set(examined.sentence.spans.map(spanKey));
  const predicted = comparable(examined);
  return predicted.length === gold.size && predicted.every((span) => gold.has(spanKey(span)));
}

/** Test sentences with the model's output, corpus by corpus. */
export function examine(
  tests: Readonly<Record<string, Sentence[]>>,
  reports: Readonly<Record<string, EvaluationReport>>,
): ExaminedSentence[][] {
  return Object.entries(tests).map(([corpus, sentences]) =>
    sentences.map((sentence, index) => ({ corpus, sentence, tagged: reports[corpus].tagged[index] })),
  );
}

/**
 * Selects a number of sentences per class for close inspection: short enough to be drawn, with gold and predicted mentions of the
 * class, from all corpora in turn.
 */
export function sentencesByClass(
  tests: Readonly<Record<string, Sentence[]>>,
  reports: Readonly<Record<string, EvaluationReport>>,
  each = 1,
): ExaminedSentence[] {
  const candidates = inTurn(
    examine(tests, reports).map((sentences) =>
      sentences.filter(({ tagged }) => tagged.encoded.ids.length >= 12 && tagged.encoded.ids.length <= 45),
    ),
  );
  const chosen: ExaminedSentence[] = [];
  for (const label of labelsOf(Object.values(tests).flat())) {
    const hasMention = (spans: readonly Span[]) => spans.some((span) => span.label === label);
    const found = candidates.filter(
      (candidate) =>
        !chosen.includes(candidate) &&
        hasMention(candidate.sentence.spans) &&
        hasMention(candidate.tagged.spans),
    );
    chosen.push(...found.slice(0, each));
  }
  return chosen;
}

/** Interleaves lists: the first of every list, then the second of every list, and so on. */
function inTurn<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, place) =>
    lists.flatMap((list) => (place < list.length ? [list[place]] : [])),
  ).flat();
}

/** Selects at most `count` sentences with errors in their strict spans, from all corpora in turn. */
export function mistakes(
  tests: Readonly<Record<string, Sentence[]>>,
  reports: Readonly<Record<string, EvaluationReport>>,
  count: number,
): { text: string; gold: Span[]; predicted: Span[]; note: string }[] {
  const wrong = examine(tests, reports).map((sentences) =>
    sentences.filter((examined) => !isRight(examined)),
  );
  return inTurn(wrong)
    .slice(0, count)
    .map((examined) => ({
      text: examined.sentence.text,
      gold: examined.sentence.spans,
      predicted: comparable(examined),
      note: `${examined.corpus}, article ${examined.sentence.article}`,
    }));
}

/** The scores without the sentences, for saving. */
export function withoutSentences(
  reports: Readonly<Record<string, EvaluationReport>>,
): Record<string, Omit<EvaluationReport, 'tagged'>> {
  return Object.fromEntries(
    Object.entries(reports).map(([corpus, { tagged: _, ...scores }]) => [corpus, scores]),
  );
}

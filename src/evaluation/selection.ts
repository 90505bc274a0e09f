import { ENTITY_CLASSES, type Sentence, type Span } from '../foundation';
import type { TaggedText } from '../tokenization';
import type { EvaluationReport } from './evaluate';
import { knownSpans, spanKey } from './spans';

/** A test sentence with what the model made of it. */
export interface ExaminedSentence {
  corpus: string;
  sentence: Sentence;
  tagged: TaggedText;
}

/** Predictions of the classes that the sentence's source looked for. */
function comparable({ sentence, tagged }: ExaminedSentence): Span[] {
  return knownSpans(tagged.spans, sentence);
}

function isRight(examined: ExaminedSentence): boolean {
  const gold = new Set(examined.sentence.spans.map(spanKey));
  const predicted = comparable(examined);
  return predicted.length === gold.size && predicted.every((span) => gold.has(spanKey(span)));
}

function examine(
  tests: Readonly<Record<string, Sentence[]>>,
  reports: Readonly<Record<string, EvaluationReport>>,
): ExaminedSentence[][] {
  return Object.entries(tests).map(([corpus, sentences]) =>
    sentences.map((sentence, index) => ({ corpus, sentence, tagged: reports[corpus].tagged[index] })),
  );
}

/** For each class a sentence to look at closely: short enough to be drawn, with gold and predicted mentions of the class. */
export function sentencesByClass(
  tests: Readonly<Record<string, Sentence[]>>,
  reports: Readonly<Record<string, EvaluationReport>>,
): ExaminedSentence[] {
  const candidates = examine(tests, reports)
    .flat()
    .filter(({ tagged }) => tagged.encoded.ids.length >= 12 && tagged.encoded.ids.length <= 45);
  const chosen: ExaminedSentence[] = [];
  for (const label of ENTITY_CLASSES) {
    const marked = (spans: readonly Span[]) => spans.filter((span) => span.label === label).length;
    const found = candidates.find(
      (candidate) =>
        !chosen.includes(candidate) &&
        marked(candidate.sentence.spans) > 0 &&
        marked(candidate.tagged.spans) > 0,
    );
    if (found) chosen.push(found);
  }
  return chosen;
}

/** At most `count` sentences with a mistake in their strict spans, from all corpora in turn. */
export function mistakes(
  tests: Readonly<Record<string, Sentence[]>>,
  reports: Readonly<Record<string, EvaluationReport>>,
  count: number,
): { text: string; gold: Span[]; predicted: Span[]; note: string }[] {
  const wrong = examine(tests, reports).map((sentences) =>
    sentences.filter((examined) => !isRight(examined)),
  );
  const inTurn = Array.from({ length: count }, (_, place) =>
    wrong.flatMap((list) => list[place] ?? []),
  ).flat();
  return inTurn.slice(0, count).map((examined) => ({
    text: examined.sentence.text,
    gold: examined.sentence.spans,
    predicted: comparable(examined),
    note: `${examined.corpus}, article ${examined.sentence.article}`,
  }));
}

/** The scores without the sentences, for a file. */
export function withoutSentences(
  reports: Readonly<Record<string, EvaluationReport>>,
): Record<string, Omit<EvaluationReport, 'tagged'>> {
  return Object.fromEntries(
    Object.entries(reports).map(([corpus, { tagged: _, ...scores }]) => [corpus, scores]),
  );
}

import type { Sentence, Span } from '../foundation';
import type { TaggedText } from '../tasks';
import { spansToLabels, type TagSet } from '../tokenization';

/** A logit whose sigmoid is practically 1, or 0 if negated. */
const CERTAIN = 20;
const WORD = /[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu;

/**
 * A dictionary baseline that only memorizes the training mentions: it finds every sequence of words that is a training mention,
 * ignoring case, the longest first. What a trained model adds to it is generalization.
 *
 * @param tagged the same sentences tagged by a model, for their tokens
 */
export function tagByDictionary(
  training: readonly Sentence[],
  sentences: readonly Sentence[],
  tagged: readonly TaggedText[],
  tagSet: TagSet,
): TaggedText[] {
  const dictionaries = tagSet.labels.map((label) => ({ label, ...learn(training, label) }));
  return sentences.map(({ text }, index) => {
    const spans = dictionaries.flatMap((dictionary) => lookUp(text, dictionary));
    const { encoded } = tagged[index];
    const { labels } = spansToLabels(encoded, spans, tagSet); // [tokens, outputs]
    const logits = Float32Array.from(labels, (label) => (label === 1 ? CERTAIN : -CERTAIN));
    return { encoded, logits, spans: spans.map((span) => ({ ...span, score: 1 })) };
  });
}

interface Dictionary {
  label: string;
  mentions: ReadonlySet<string>;
  /** Number of words of the longest mention. */
  longest: number;
}

function learn(training: readonly Sentence[], label: string): Omit<Dictionary, 'label'> {
  const texts = training.flatMap(({ text, spans }) =>
    spans.filter((span) => span.label === label).map(({ start, end }) => text.slice(start, end)),
  );
  return {
    mentions: new Set(texts.map((text) => text.toLowerCase())),
    longest: texts.reduce((most, text) => Math.max(most, text.match(WORD)?.length ?? 0), 0),
  };
}

function lookUp(text: string, { label, mentions, longest }: Dictionary): Span[] {
  const words = [...text.matchAll(WORD)].map(({ 0: word, index }) => ({
    start: index,
    end: index + word.length,
  }));
  const found: Span[] = [];
  for (let first = 0; first < words.length; first++) {
    const { start } = words[first];
    for (let last = Math.min(first + longest, words.length) - 1; last >= first; last--) {
      const { end } = words[last];
      if (!mentions.has(text.slice(start, end).toLowerCase())) continue;
      found.push({ start, end, label });
      first = last;
      break;
    }
  }
  return found;
}

import { createRandom, type Sentence, type Span } from '../../foundation';
import { varyMutation } from './mutations';

export interface Variations {
  /** For each label, the number of varied copies of each sentence that mentions it. */
  variations: Readonly<Record<string, number>>;
  /** Labels whose mentions follow a notation, such as mutations, and are rewritten in it. */
  rewritten: readonly string[];
}

/**
 * Augments training data: copies of sentences with mentions, with the mentions replaced. A label with few different mentions is
 * thus learned from their context and form rather than by heart.
 *
 * A mention of a rewritten label becomes another one in the same notation. Any other mention is replaced, with probability one
 * half, by a mention of its class from elsewhere, each distinct one equally likely ("mention replacement" of Dai & Adel 2020,
 * aclanthology.org/2020.coling-main.343).
 */
export function varyMentions(
  sentences: readonly Sentence[],
  { variations, rewritten }: Variations,
  seed: number,
): Sentence[] {
  const random = createRandom(seed);
  const mentions = differentMentions(sentences);
  const copiesOf = new Map(Object.entries(variations));
  return sentences.flatMap((sentence) => {
    const copies = Math.max(0, ...sentence.spans.map(({ label }) => copiesOf.get(label) ?? 0));
    const vary = ({ label }: Span, mention: string): string => {
      if (!copiesOf.get(label)) return mention;
      if (rewritten.includes(label)) return varyMutation(mention, random);
      const others = mentions.get(kindOf(sentence, label))!;
      return random.next() < 0.5 ? mention : others[random.below(others.length)];
    };
    return Array.from({ length: copies }, () => replaceMentions(sentence, vary));
  });
}

/** Groups mentions of one class from sentences annotated for the same classes, most likely by the same guidelines. */
const kindOf = ({ annotated }: Sentence, label: string): string => `${label} of ${annotated}`;

function differentMentions(sentences: readonly Sentence[]): Map<string, string[]> {
  const found = new Map<string, Set<string>>();
  for (const sentence of sentences) {
    for (const { start, end, label } of sentence.spans) {
      const kind = kindOf(sentence, label);
      found.set(kind, (found.get(kind) ?? new Set()).add(sentence.text.slice(start, end)));
    }
  }
  return new Map([...found].map(([kind, different]) => [kind, [...different]]));
}

/** Replaces mentions by other words and shifts the spans. A sentence with overlapping mentions is unchanged. */
function replaceMentions(sentence: Sentence, replace: (span: Span, mention: string) => string): Sentence {
  const inOrder = [...sentence.spans].sort((one, other) => one.start - other.start);
  if (inOrder.some(({ start }, index) => index > 0 && start < inOrder[index - 1].end)) return sentence;
  const spans: Span[] = [];
  let text = '';
  let copiedTo = 0;
  for (const span of inOrder) {
    text += sentence.text.slice(copiedTo, span.start);
    const mention = replace(span, sentence.text.slice(span.start, span.end));
    spans.push({ ...span, start: text.length, end: text.length + mention.length });
    text += mention;
    copiedTo = span.end;
  }
  return { ...sentence, text: text + sentence.text.slice(copiedTo), spans };
}

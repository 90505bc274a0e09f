import { createRandom, type Sentence, type Span } from '../../foundation';
import { spellOutMutation, varyMutation } from './mutations';

export interface Variations {
  /** For each label, the number of varied copies of each sentence that mentions it. */
  variations: Readonly<Record<string, number>>;
  /** Labels whose mentions follow a notation, such as mutations, and are rewritten in it. */
  rewritten: readonly string[];
  /** Share of the rewritten mentions that are then spelled out ("valine 600 to glutamic acid"), where they can be. */
  spelledOut: number;
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
  { variations, rewritten, spelledOut }: Variations,
  seed: number,
): Sentence[] {
  const random = createRandom(seed);
  const mentions = differentMentions(sentences);
  const copiesOf = new Map(Object.entries(variations));
  return sentences.flatMap((sentence) => {
    const copies = Math.max(0, ...sentence.spans.map(({ label }) => copiesOf.get(label) ?? 0));
    const vary = ({ label }: Span, mention: string): string => {
      if (!copiesOf.get(label)) return mention;
      if (rewritten.includes(label)) {
        const other = varyMutation(mention, random);
        return spelledOut > 0 && random.next() < spelledOut
          ? (spellOutMutation(other, random) ?? other)
          : other;
      }
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

/**
 * Replaces mentions by other words and shifts the spans. Of mentions inside each other ("HeLa" in "HeLa cells") the innermost is replaced, and of
 * several labels of the same words the first that has another mention decides. A sentence in which mentions cross is unchanged.
 */
function replaceMentions(sentence: Sentence, replace: (span: Span, mention: string) => string): Sentence {
  const { spans } = sentence;
  const innermost = spans
    .filter((span) => !spans.some((other) => isStrictlyWithin(other, span)))
    .sort((one, other) => one.start - other.start);
  const crosses = (one: Span, other: Span) =>
    one.start < other.end && other.start < one.end && !isWithin(one, other) && !isWithin(other, one);
  if (spans.some((one) => innermost.some((other) => crosses(one, other)))) return sentence;
  let text = '';
  let copiedTo = 0;
  const shifts: { from: number; by: number }[] = [];
  for (let first = 0; first < innermost.length; ) {
    const { start, end } = innermost[first];
    const labels = innermost.filter((other) => other.start === start && other.end === end);
    first += labels.length;
    const mention = sentence.text.slice(start, end);
    const other = labels.map((span) => replace(span, mention)).find((own) => own !== mention) ?? mention;
    text += sentence.text.slice(copiedTo, start) + other;
    copiedTo = end;
    shifts.push({ from: end, by: other.length - mention.length });
  }
  const moved = (offset: number) =>
    offset + shifts.reduce((sum, { from, by }) => sum + (from <= offset ? by : 0), 0);
  return {
    ...sentence,
    text: text + sentence.text.slice(copiedTo),
    spans: spans.map((span) => ({ ...span, start: moved(span.start), end: moved(span.end) })),
  };
}

const isWithin = (inner: Span, outer: Span): boolean => inner.start >= outer.start && inner.end <= outer.end;

const isStrictlyWithin = (inner: Span, outer: Span): boolean =>
  isWithin(inner, outer) && inner.end - inner.start < outer.end - outer.start;

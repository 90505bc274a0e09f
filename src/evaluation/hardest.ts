import type { Sentence, Span } from '../foundation';
import type { EvaluationReport } from '../tasks';
import { logSoftmax, sigmoid, type TaggedText } from '../tasks';
import { exclusiveColumns, outputNames, outputsPerLabel, spansToLabels, type TagSet } from '../tokenization';
import { compareMentions, type MentionOutcome } from './errors';
import { comparable, type ExaminedSentence, examine } from './selection';

/** A gold mention with its difficulty. */
export interface HardMention {
  corpus: string;
  article: string;
  /** The mention with the words around it; spans below are offsets into this text. */
  text: string;
  gold: Span;
  /** Predictions of annotated classes within this text. */
  predicted: Span[];
  outcome: Exclude<MentionOutcome, 'spurious'>;
  /** See `goldProbability`; the lower, the harder. */
  probability: number;
}

/** Characters of context on each side; words at the border are not cut. */
const CONTEXT = 70;

/**
 * The gold mentions with the lowest model probability, hardest first. Of mentions with the same text and class only the hardest
 * is listed, so that one annotation habit does not fill the list.
 */
export function hardestMentions(
  tests: Readonly<Record<string, Sentence[]>>,
  reports: Readonly<Record<string, EvaluationReport>>,
  tagSet: TagSet,
  count: number,
): HardMention[] {
  const mentions = examine(tests, reports)
    .flat()
    .flatMap((examined) =>
      examined.sentence.spans.map((gold) => {
        const probability = goldProbability(gold, examined.tagged, tagSet);
        return { examined, gold, probability };
      }),
    )
    .filter(({ probability }) => !Number.isNaN(probability))
    .sort((one, other) => one.probability - other.probability);
  const hardest = new Map<string, HardMention>();
  for (const { examined, gold, probability } of mentions) {
    if (hardest.size >= count) break;
    const key = `${gold.label} ${examined.sentence.text.slice(gold.start, gold.end).toLowerCase()}`;
    if (!hardest.has(key)) hardest.set(key, inContext(examined, gold, probability));
  }
  return [...hardest.values()];
}

/**
 * The probability of the mention's gold labels: for each token, the probability that all outputs of the class match gold (B- on the
 * first token and I- on the others, and not the reverse), as the geometric mean over tokens, so that length does not make a
 * mention hard. Its negative logarithm is the mention's mean cross-entropy. NaN if no token covers the mention.
 */
export function goldProbability(gold: Span, { encoded, logits }: TaggedText, tagSet: TagSet): number {
  const { labels } = spansToLabels(encoded, [gold], tagSet); // [tokens, outputs]
  const outputs = outputNames(tagSet).length;
  const index = tagSet.labels.indexOf(gold.label);
  const places =
    tagSet.scheme === 'exclusive'
      ? [exclusiveColumns(tagSet)].flatMap(({ begin, inside }) => [begin[index], inside[index]])
      : Array.from(
          { length: outputsPerLabel(tagSet) },
          (_, output) => index * outputsPerLabel(tagSet) + output,
        );
  let tokens = 0;
  let logProbability = 0;
  for (let token = 0; token < encoded.ids.length; token++) {
    const row = token * outputs;
    const set = places.find((place) => labels[row + place] === 1);
    if (set === undefined) continue;
    tokens++;
    if (tagSet.scheme === 'exclusive') logProbability += logSoftmax(logits.subarray(row, row + outputs))[set];
    else
      for (const place of places)
        logProbability += Math.log(
          sigmoid(labels[row + place] === 1 ? logits[row + place] : -logits[row + place]),
        );
  }
  return Math.exp(logProbability / tokens);
}

function inContext(examined: ExaminedSentence, gold: Span, probability: number): HardMention {
  const { corpus, sentence } = examined;
  const predicted = comparable(examined);
  const found = compareMentions([sentence], [predicted]).find((mention) => mention.gold === gold)!;
  const before = sentence.text.lastIndexOf(' ', gold.start - CONTEXT) + 1;
  const after = sentence.text.indexOf(' ', gold.end + CONTEXT);
  const [from, to] = [Math.min(before, gold.start), after < 0 ? sentence.text.length : after];
  const opening = from > 0 ? '… ' : '';
  const moved = ({ start, end, label }: Span): Span => ({
    start: start - from + opening.length,
    end: end - from + opening.length,
    label,
  });
  return {
    corpus,
    article: sentence.article,
    text: `${opening}${sentence.text.slice(from, to)}${to < sentence.text.length ? ' …' : ''}`,
    gold: moved(gold),
    predicted: predicted.filter(({ start, end }) => start >= from && end <= to).map(moved),
    outcome: found.outcome as HardMention['outcome'],
    probability,
  };
}

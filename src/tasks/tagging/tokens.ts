import { byLabel, ENTITY_CLASSES, InputError, type Sentence } from '../../foundation';
import {
  type LabelScheme,
  outputsPerClass,
  spansToLabels,
  type Threshold,
  type Tokenizer,
  thresholdOf,
} from '../../tokenization';
import { sigmoid } from './decoding';
import { checkOneEach, f1Of, ratio } from './spans';
import type { TaggedText, TaggingOptions } from './tag-texts';

/** Counts over tokens, and what follows from them. Null where there is nothing to divide by. */
export interface TokenScore {
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
  trueNegatives: number;
  precision: number | null;
  recall: number | null;
  f1: number | null;
  /** Matthews correlation coefficient, -1 to 1 (Matthews 1975, BBA 405:442). */
  mcc: number | null;
}

/**
 * The probability that a token is part of a mention, for every class // [classes][tokens]. In the BIO scheme that is the larger
 * of the two outputs.
 */
export function tokenProbabilities({ logits, encoded }: TaggedText, scheme: LabelScheme): number[][] {
  const perClass = outputsPerClass(scheme);
  const outputs = perClass * ENTITY_CLASSES.length;
  return ENTITY_CLASSES.map((_, index) =>
    Array.from({ length: encoded.ids.length }, (__, token) => {
      const row = token * outputs + index * perClass;
      return sigmoid(Math.max(logits[row], logits[row + perClass - 1]));
    }),
  );
}

/** Which tokens are part of a gold mention, for every class // [classes][tokens] */
export function goldTokens({ encoded }: TaggedText, sentence: Sentence): boolean[][] {
  const { labels } = spansToLabels(encoded, sentence.spans, 'token');
  return ENTITY_CLASSES.map((_, index) =>
    Array.from(
      { length: encoded.ids.length },
      (__, token) => labels[token * ENTITY_CLASSES.length + index] === 1,
    ),
  );
}

/**
 * A sentence's tokens, and where they stand in its text, with probability and gold of each class; gold is null where the source
 * did not look for the class.
 */
export function probabilitiesByClass(
  sentence: Sentence,
  tagged: TaggedText,
  tokenizer: Tokenizer,
  { scheme, threshold }: Pick<TaggingOptions, 'scheme' | 'threshold'>,
) {
  const probabilities = tokenProbabilities(tagged, scheme);
  const gold = goldTokens(tagged, sentence);
  return {
    text: sentence.text,
    tokens: Array.from(tagged.encoded.ids, (id) => tokenizer.tokenOf(id)),
    starts: tagged.encoded.starts,
    ends: tagged.encoded.ends,
    probabilities: byLabel(ENTITY_CLASSES, (_, index) => probabilities[index]),
    gold: byLabel(ENTITY_CLASSES, (label, index) =>
      sentence.annotated.includes(label) ? gold[index] : null,
    ),
    threshold,
  };
}

/**
 * Every token whose sentence's source looked for a class, with the probability that it is part of a mention of the class and
 * whether it is.
 */
export interface TokenOutcomes {
  probabilities: Float64Array; // [tokens]
  /** 1 inside a gold mention, else 0 // [tokens] */
  inside: Uint8Array;
  /** Where each sentence's tokens end // [sentences] */
  ends: Int32Array;
}

/** @throws InputError for a probability that is not a number */
export function tokenOutcomes(
  gold: readonly Sentence[],
  tagged: readonly TaggedText[],
  scheme: LabelScheme,
): Record<string, TokenOutcomes> {
  checkOneEach(gold, tagged, 'tagged texts');
  const perClass = outputsPerClass(scheme);
  const classes = ENTITY_CLASSES.length;
  const outcomes = byLabel(ENTITY_CLASSES, (label) => {
    const known = gold.map(({ annotated }, index) =>
      annotated.includes(label) ? tagged[index].encoded.ids.length : 0,
    );
    const total = known.reduce((sum, tokens) => sum + tokens, 0);
    return {
      probabilities: new Float64Array(total),
      inside: new Uint8Array(total),
      ends: new Int32Array(gold.length),
    };
  });
  const columns = ENTITY_CLASSES.map((label, column) => ({ label, column, next: 0, ...outcomes[label] }));
  gold.forEach((sentence, index) => {
    const { encoded, logits } = tagged[index];
    const { labels } = spansToLabels(encoded, sentence.spans, 'token'); // [tokens, classes]
    for (const known of columns) {
      const { label, column, probabilities, inside } = known;
      const tokens = sentence.annotated.includes(label) ? encoded.ids.length : 0;
      for (let token = 0; token < tokens; token++, known.next++) {
        const row = (token * classes + column) * perClass;
        const probability = sigmoid(Math.max(logits[row], logits[row + perClass - 1]));
        if (Number.isNaN(probability)) {
          throw new InputError(
            `the model's probability of ${label} for token ${token + 1} of sentence ${index + 1} (article ${sentence.article}) is not a number; its training has diverged: train with a lower learning rate`,
          );
        }
        probabilities[known.next] = probability;
        inside[known.next] = labels[token * classes + column];
      }
      known.ends[index] = known.next;
    }
  });
  return outcomes;
}

/** Token-level scores by class as the assessment counts them: inside a mention or not, at a threshold, unknown classes out. */
export function scoreTokens(
  outcomes: Readonly<Record<string, TokenOutcomes>>,
  threshold: Threshold,
): Record<string, TokenScore> {
  return byLabel(ENTITY_CLASSES, (label) => {
    const { probabilities } = outcomes[label];
    return tokenScore(countTokens(outcomes[label], thresholdOf(threshold, label), 0, probabilities.length));
  });
}

/** True negatives, false positives, false negatives, true positives among the tokens from `first` to `last` (exclusive). */
export function countTokens(
  { probabilities, inside }: TokenOutcomes,
  threshold: number,
  first: number,
  last: number,
): [number, number, number, number] {
  const counts: [number, number, number, number] = [0, 0, 0, 0];
  for (let token = first; token < last; token++) {
    counts[inside[token] * 2 + (probabilities[token] > threshold ? 1 : 0)]++;
  }
  return counts;
}

function tokenScore([
  trueNegatives,
  falsePositives,
  falseNegatives,
  truePositives,
]: readonly number[]): TokenScore {
  const predicted = truePositives + falsePositives;
  const support = truePositives + falseNegatives;
  const spread = Math.sqrt(
    predicted * support * (trueNegatives + falsePositives) * (trueNegatives + falseNegatives),
  );
  return {
    truePositives,
    falsePositives,
    falseNegatives,
    trueNegatives,
    precision: support === 0 ? null : ratio(truePositives, predicted),
    recall: ratio(truePositives, support),
    f1: f1Of(truePositives, predicted, support),
    mcc: ratio(truePositives * trueNegatives - falsePositives * falseNegatives, spread),
  };
}

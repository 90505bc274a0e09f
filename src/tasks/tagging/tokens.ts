import { byLabel, InputError, type Sentence } from '../../foundation';
import {
  exclusiveColumns,
  outputNames,
  outputsPerLabel,
  spansToLabels,
  type TagSet,
  type Threshold,
  type Tokenizer,
  thresholdOf,
} from '../../tokenization';
import { logSoftmax, sigmoid } from '../probabilities';
import { checkOneEach, f1Of, ratio } from './spans';
import type { TaggedText, TaggingOptions } from './tag-texts';

/** Counts over tokens, and the scores. Null if undefined (division by zero). */
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

/** Probability that a token is part of a mention of a label: the larger of B- and I-, or their sum if tags are exclusive. */
type TokenProbability = (tagged: TaggedText, token: number, label: number) => number;

function probabilityOf(tagSet: TagSet): TokenProbability {
  const outputs = outputNames(tagSet).length;
  if (tagSet.scheme === 'exclusive') {
    const { begin, inside } = exclusiveColumns(tagSet);
    return ({ logits }, token, label) => {
      const logProbabilities = logSoftmax(logits.subarray(token * outputs, (token + 1) * outputs));
      const columns = new Set([begin[label], inside[label]]);
      return [...columns].reduce((sum, column) => sum + Math.exp(logProbabilities[column]), 0);
    };
  }
  const perLabel = outputsPerLabel(tagSet);
  return ({ logits }, token, label) => {
    const row = token * outputs + label * perLabel;
    return sigmoid(Math.max(logits[row], logits[row + perLabel - 1]));
  };
}

/** Probability that a token is part of a mention, for every label // [labels][tokens] */
export function tokenProbabilities(tagged: TaggedText, tagSet: TagSet): number[][] {
  const probability = probabilityOf(tagSet);
  return tagSet.labels.map((_, label) =>
    Array.from(tagged.encoded.ids, (__, token) => probability(tagged, token, label)),
  );
}

/** Whether each token is part of a gold mention, for every label // [labels][tokens] */
export function goldTokens(
  { encoded }: TaggedText,
  sentence: Sentence,
  { labels }: Pick<TagSet, 'labels'>,
): boolean[][] {
  const inside = spansToLabels(encoded, sentence.spans, { scheme: 'token', labels }).labels;
  return labels.map((_, label) =>
    Array.from(encoded.ids, (__, token) => inside[token * labels.length + label] === 1),
  );
}

/** A sentence's tokens and their positions, with probability and gold of each label. */
export interface TokenProbabilities {
  text: string;
  tokens: string[];
  starts: Int32Array; // [tokens]
  ends: Int32Array; // [tokens]
  /** By label // [tokens] */
  probabilities: Record<string, number[]>;
  /** By label // [tokens]; null if the source did not annotate the label. */
  gold: Record<string, boolean[] | null>;
  threshold: Threshold;
}

/** Returns the probabilities of a sentence's tokens beside their gold. */
export function probabilitiesByClass(
  sentence: Sentence,
  tagged: TaggedText,
  tokenizer: Tokenizer,
  options: TagSet & Pick<TaggingOptions, 'threshold'>,
): TokenProbabilities {
  const probabilities = tokenProbabilities(tagged, options);
  const gold = goldTokens(tagged, sentence, options);
  return {
    text: sentence.text,
    tokens: Array.from(tagged.encoded.ids, (id) => tokenizer.tokenOf(id)),
    starts: tagged.encoded.starts,
    ends: tagged.encoded.ends,
    probabilities: byLabel(options.labels, (_, index) => probabilities[index]),
    gold: byLabel(options.labels, (label, index) =>
      sentence.annotated.includes(label) ? gold[index] : null,
    ),
    threshold: options.threshold,
  };
}

/**
 * All tokens of sentences annotated for a label, with the probability that each is part of a mention of the label and whether it
 * is.
 */
export interface TokenOutcomes {
  probabilities: Float64Array; // [tokens]
  /** 1 inside a gold mention, else 0 // [tokens] */
  inside: Uint8Array;
  /** End of each sentence's tokens // [sentences] */
  ends: Int32Array;
}

/** @throws InputError for a probability that is not a number */
export function tokenOutcomes(
  gold: readonly Sentence[],
  tagged: readonly TaggedText[],
  tagSet: TagSet,
): Record<string, TokenOutcomes> {
  checkOneEach(gold, tagged, 'tagged texts');
  const { labels } = tagSet;
  const probabilityIn = probabilityOf(tagSet);
  const outcomes = byLabel(labels, (label) => {
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
  const columns = labels.map((label, column) => ({ label, column, next: 0, ...outcomes[label] }));
  gold.forEach((sentence, index) => {
    const { encoded } = tagged[index];
    const marked = spansToLabels(encoded, sentence.spans, { scheme: 'token', labels }).labels; // [tokens, labels]
    for (const known of columns) {
      const { label, column, probabilities, inside } = known;
      const tokens = sentence.annotated.includes(label) ? encoded.ids.length : 0;
      for (let token = 0; token < tokens; token++, known.next++) {
        const probability = probabilityIn(tagged[index], token, column);
        if (Number.isNaN(probability)) {
          throw new InputError(
            `the model's probability of ${label} for token ${token + 1} of sentence ${index + 1} (article ${sentence.article}) is not a number; its training has diverged: train with a lower learning rate`,
          );
        }
        probabilities[known.next] = probability;
        inside[known.next] = marked[token * labels.length + column];
      }
      known.ends[index] = known.next;
    }
  });
  return outcomes;
}

/** Token-level scores by label as the assessment counts them: inside a mention or not, at a threshold, without unknown labels. */
export function scoreTokens(
  outcomes: Readonly<Record<string, TokenOutcomes>>,
  threshold: Threshold,
): Record<string, TokenScore> {
  return byLabel(Object.keys(outcomes), (label) => {
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

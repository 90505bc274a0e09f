import type { Span } from '../../foundation';
import {
  type EncodedText,
  outputNames,
  outputsPerLabel,
  rangeOfTokens,
  type TagSet,
  type Threshold,
  tagsToSpans,
  thresholdLogit,
} from '../../tokenization';
import { sigmoid } from '../probabilities';

/** A predicted mention; `score` is the mean probability of its tokens' labels, between 0 and 1. */
export interface ScoredSpan extends Span {
  score: number;
}

/**
 * Decodes a text's logits to mentions of whole words: a word has one label, so no mention starts or ends inside it.
 *
 * For one class, a word can begin a mention (its first token is B, the rest I), continue one (all I) or be outside. With
 * independent sigmoids, the log-probability of each choice relative to "outside" is the sum of the chosen logits over the word's
 * tokens. The best valid sequence, I only after B or I, is found by Viterbi's algorithm (Viterbi 1967, IEEE Trans. Inf. Theory
 * 13:260). Classes are decoded separately and may overlap.
 *
 * @param logits row-major // [tokens, outputs]
 * @param threshold shifts every logit of its class by its log-odds
 */
export function decodeSpans(
  encoded: EncodedText,
  logits: Float32Array,
  tagSet: TagSet,
  threshold: Threshold,
): ScoredSpan[] {
  if (tagSet.scheme === 'exclusive') return decodeExclusive(encoded, logits, tagSet);
  const { scheme, labels } = tagSet;
  const perClass = outputsPerLabel(tagSet);
  const outputs = perClass * labels.length;
  const wordStarts = startsOfWords(encoded.words);
  const spans: ScoredSpan[] = [];
  labels.forEach((label, index) => {
    const shift = thresholdLogit(threshold, label);
    const beginColumn = index * perClass;
    const insideColumn = beginColumn + perClass - 1;
    const begin = new Float64Array(wordStarts.length - 1);
    const inside = new Float64Array(wordStarts.length - 1);
    for (let word = 0; word < begin.length; word++) {
      for (let token = wordStarts[word]; token < wordStarts[word + 1]; token++) {
        const insideLogit = logits[token * outputs + insideColumn] - shift;
        inside[word] += insideLogit;
        begin[word] +=
          token === wordStarts[word] ? logits[token * outputs + beginColumn] - shift : insideLogit;
      }
    }
    const path =
      scheme === 'bio' ? bestPath(begin, inside) : inside.map((score) => (score > 0 ? INSIDE : OUTSIDE));
    for (let word = 0; word < path.length; word++) {
      if (path[word] === OUTSIDE) continue;
      const first = wordStarts[word];
      while (word + 1 < path.length && path[word + 1] === INSIDE) word++;
      const last = wordStarts[word + 1];
      let total = 0;
      for (let token = first; token < last; token++) {
        total += sigmoid(logits[token * outputs + (token === first ? beginColumn : insideColumn)]);
      }
      const range = rangeOfTokens(encoded, first, last);
      if (range) spans.push({ ...range, label, score: total / (last - first) });
    }
  });
  return spans.sort((one, other) => one.start - other.start || one.end - other.end);
}

/**
 * Decodes the most likely tag of each word, or of each token if the tagger has no rule for words, as Python's pipeline does with
 * `aggregation_strategy` "first" and "simple".
 */
function decodeExclusive(encoded: EncodedText, logits: Float32Array, tagSet: TagSet): ScoredSpan[] {
  const outputs = outputNames(tagSet).length;
  const likeliest = (token: number): number => {
    let best = 0;
    for (let output = 1; output < outputs; output++)
      if (logits[token * outputs + output] > logits[token * outputs + best]) best = output;
    return best;
  };
  const probability = (token: number): number => {
    const highest = logits[token * outputs + likeliest(token)];
    let sum = 0;
    for (let output = 0; output < outputs; output++)
      sum += Math.exp(logits[token * outputs + output] - highest);
    return 1 / sum;
  };
  return tagsToSpans(encoded, tagSet, likeliest).map(({ start, end, label, tokens }) => ({
    start,
    end,
    label,
    score: tokens.reduce((sum, token) => sum + probability(token), 0) / tokens.length,
  }));
}

const OUTSIDE = 0;
const BEGIN = 1;
const INSIDE = 2;

/** Returns the valid sequence of states with the highest sum, where OUTSIDE scores 0 and INSIDE follows only BEGIN or INSIDE. */
function bestPath(begin: Float64Array, inside: Float64Array): Uint8Array {
  const length = begin.length;
  // For each word and state, the previous state on the best path. // [length, 3]
  const before = new Uint8Array(length * 3);
  let scores = [0, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let word = 0; word < length; word++) {
    const anyState = scores.indexOf(Math.max(...scores));
    const openState = scores[BEGIN] >= scores[INSIDE] ? BEGIN : INSIDE;
    before.set([anyState, anyState, openState], word * 3);
    scores = [scores[anyState], scores[anyState] + begin[word], scores[openState] + inside[word]];
  }
  const path = new Uint8Array(length);
  let state = scores.indexOf(Math.max(...scores));
  for (let word = length - 1; word >= 0; word--) {
    path[word] = state;
    state = before[word * 3 + state];
  }
  return path;
}

/** Returns the index of the first token of every word, followed by the number of tokens. // [words + 1] */
function startsOfWords(words: Int32Array): number[] {
  const starts: number[] = [];
  words.forEach((word, token) => {
    if (token === 0 || word !== words[token - 1]) starts.push(token);
  });
  starts.push(words.length);
  return starts;
}

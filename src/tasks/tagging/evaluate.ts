import { byLabel, InputError, type Progress, type Sentence, silentProgress } from '../../foundation';
import {
  outputNames,
  outputsPerLabel,
  spansToLabels,
  type TagSet,
  type Tokenizer,
  type TokenScorer,
} from '../../tokenization';
import type { LabelScore } from '../label-score';
import type { LossName } from '../losses';
import { logSoftmax } from '../probabilities';
import { voteWithinArticle } from './article-vote';
import { decodeSpans, type ScoredSpan } from './decoding';
import { knownSpans, meanF1, microF1, onlyLabels, ratio, scoreSpans, totalCounts } from './spans';
import { type TaggedText, type TaggingOptions, tagTexts } from './tag-texts';
import { scoreTokens, type TokenScore, tokenOutcomes } from './tokens';

/** Evaluation of a model on sentences with gold mentions. */
export interface EvaluationReport {
  sentences: number;
  spans: Record<string, LabelScore>;
  tokens: Record<string, TokenScore>;
  /** Mean strict span F1 over the labels with gold mentions. */
  meanF1: number | null;
  /** Strict span F1 over the mentions of all labels together. */
  microF1: number | null;
  /** Binary cross-entropy, or after training with `cross_entropy`, that loss. */
  loss: number;
  /** With exclusive tags: share of the tokens that carry a tag whose likeliest tag is right; otherwise null. */
  accuracy: number | null;
  /** Per sentence, in the given order: tokens, logits and predicted spans. */
  tagged: TaggedText[];
}

export interface EvaluationOptions extends TaggingOptions {
  /** The loss used in training. */
  loss?: LossName;
}

/**
 * Tags the sentences and compares with their gold spans, by label. Excludes labels that the sentence's source did not annotate, or
 * that the model does not know.
 */
export async function evaluate(
  sentences: readonly Sentence[],
  tokenizer: Tokenizer,
  score: TokenScorer,
  options: EvaluationOptions,
  onProgress?: (done: number) => void,
): Promise<EvaluationReport> {
  if (sentences.length === 0)
    throw new InputError('there is nothing to evaluate on; give at least one sentence');
  return scoreTagged(sentences, await tagTexts(sentences, tokenizer, score, options, onProgress), options);
}

/** Evaluates sentences that are tagged, without running the model again, at other thresholds. @param tagged one per sentence */
export function evaluateAt(
  sentences: readonly Sentence[],
  tagged: readonly Pick<TaggedText, 'encoded' | 'logits'>[],
  options: EvaluationOptions,
): EvaluationReport {
  const decoded = tagged.map(({ encoded, logits }) => ({
    ...{ encoded, logits, spans: decodeSpans(encoded, logits, options, options.threshold) },
  }));
  return scoreTagged(sentences, decoded, options);
}

function scoreTagged(
  sentences: readonly Sentence[],
  found: readonly TaggedText[],
  options: EvaluationOptions,
): EvaluationReport {
  const gold = onlyLabels(sentences, options.labels);
  const agreed = voteByArticle(
    sentences,
    found.map(({ spans }) => spans),
    options,
  );
  const tagged = found.map((text, index) => ({ ...text, spans: agreed[index] }));
  const spans = scoreSpans(gold, agreed, options.labels);
  return {
    sentences: sentences.length,
    spans,
    tokens: scoreTokens(tokenOutcomes(gold, tagged, options), options.threshold),
    meanF1: meanF1(spans),
    microF1: microF1(spans),
    ...meanLoss(gold, tagged, options),
    tagged,
  };
}

/**
 * Applies the majority vote within each article to a model's mentions, as `annotate` does.
 *
 * @param found one list per sentence, in the order of `sentences`
 */
export function voteByArticle(
  sentences: readonly Sentence[],
  found: readonly (readonly ScoredSpan[])[],
  tagSet: TagSet,
): ScoredSpan[][] {
  const indices = new Map<string, number[]>();
  sentences.forEach(({ article }, index) => {
    const own = indices.get(article);
    if (own) own.push(index);
    else indices.set(article, [index]);
  });
  const voted: ScoredSpan[][] = [];
  for (const own of indices.values()) {
    const parts = own.map((index) => ({ text: sentences[index].text, spans: found[index] }));
    voteWithinArticle(parts, tagSet).forEach((spans, place) => {
      voted[own[place]] = spans;
    });
  }
  return voted;
}

/** Evaluates on several corpora separately. */
export async function evaluateAll(
  tests: Readonly<Record<string, Sentence[]>>,
  tokenizer: Tokenizer,
  score: TokenScorer,
  options: EvaluationOptions,
  progress: Progress = silentProgress,
): Promise<Record<string, EvaluationReport>> {
  const total = Object.values(tests).reduce((sum, sentences) => sum + sentences.length, 0);
  const reports: Record<string, EvaluationReport> = {};
  let before = 0;
  for (const [corpus, sentences] of Object.entries(tests)) {
    reports[corpus] = await evaluate(sentences, tokenizer, score, options, (done) =>
      progress.update(before + done, total, 'sentences'),
    );
    before += sentences.length;
  }
  progress.end();
  return reports;
}

/** The same evaluation in the form used by training after each epoch. */
export function heldOutEvaluation(
  sentences: readonly Sentence[],
  tokenizer: Tokenizer,
  options: EvaluationOptions,
) {
  const gold = onlyLabels(sentences, options.labels);
  if (!gold.some((sentence) => knownSpans(sentence.spans, sentence).length > 0)) {
    throw new InputError(
      `the dev sentences have no gold mention of ${options.labels.join(', ')}; give others, or no epoch can be selected`,
    );
  }
  return async ({ score }: { score: TokenScorer }) => {
    const { loss, accuracy, spans, meanF1: mean } = await evaluate(sentences, tokenizer, score, options);
    const f1 = byLabel(options.labels, (label) => spans[label].f1);
    return { loss, score: mean!, ...(accuracy !== null && { accuracy, ...microScores(spans) }), f1 };
  };
}

/**
 * The model's cross-entropy on the known labels. Trained with `cross_entropy`: the mean over tokens and labels of the cross-entropy
 * of a softmax over B, I and "outside", whose logit is 0; with exclusive tags, the mean over tokens that carry one; otherwise the
 * mean over outputs of the binary cross-entropy, which differs from a focal training loss and is therefore comparable between runs.
 */
function meanLoss(
  sentences: readonly Sentence[],
  tagged: readonly TaggedText[],
  options: EvaluationOptions,
): { loss: number; accuracy: number | null } {
  const outputs = outputNames(options).length;
  const perLabel = outputsPerLabel(options);
  const isExclusive = options.scheme === 'exclusive';
  const lossOfLabel = options.loss === 'cross_entropy' ? exclusiveLoss : binaryLoss;
  let total = 0;
  let known = 0;
  let right = 0;
  sentences.forEach(({ spans, annotated }, index) => {
    const { encoded, logits } = tagged[index];
    const { labels, counts } = spansToLabels(encoded, spans, options);
    if (isExclusive) {
      const isKnown = annotated.length > 0;
      for (let token = 0; isKnown && token < counts.length; token++) {
        if (counts[token] === 0) continue;
        const row = token * outputs;
        const own = labels.subarray(row, row + outputs).indexOf(1);
        const logProbabilities = logSoftmax(logits.subarray(row, row + outputs));
        total -= logProbabilities[own];
        if (logProbabilities.indexOf(Math.max(...logProbabilities)) === own) right++;
        known++;
      }
      return;
    }
    for (let start = 0; start < labels.length; start += perLabel) {
      if (!annotated.includes(options.labels[(start % outputs) / perLabel])) continue;
      total += lossOfLabel(
        logits.subarray(start, start + perLabel),
        labels.subarray(start, start + perLabel),
      );
      known++;
    }
  });
  return { loss: total / Math.max(known, 1), accuracy: isExclusive ? right / Math.max(known, 1) : null };
}

/** Precision and recall over the mentions of all labels together. */
function microScores(scores: Readonly<Record<string, LabelScore>>): { precision: number; recall: number } {
  const { hits, predicted, gold } = totalCounts(scores);
  return { precision: ratio(hits, predicted) ?? 0, recall: ratio(hits, gold) ?? 0 };
}

/** Mean of softplus(z) - z y over the outputs of a class. */
function binaryLoss(logits: Float32Array, labels: Uint8Array): number {
  const softplus = (z: number) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
  const total = logits.reduce((sum, z, output) => sum + softplus(z) - z * labels[output], 0);
  return total / logits.length;
}

/** log(1 + Σ exp z) - z of the label that is set, if any. */
function exclusiveLoss(logits: Float32Array, labels: Uint8Array): number {
  const highest = Math.max(0, ...logits);
  const sum = logits.reduce((rest, z) => rest + Math.exp(z - highest), Math.exp(-highest));
  return logits.reduce((rest, z, output) => rest - z * labels[output], highest + Math.log(sum));
}

import {
  ENTITY_CLASSES,
  type EntityClass,
  InputError,
  type Progress,
  type Sentence,
  silentProgress,
} from '../foundation';
import {
  outputNames,
  outputsPerClass,
  spansToLabels,
  type TaggedText,
  type TaggingOptions,
  type Tokenizer,
  type TokenScorer,
  tagTexts,
} from '../tokenization';
import { byClass, meanF1, type SpanScore, scoreSpans } from './spans';
import { scoreTokens, type TokenScore, tokenOutcomes } from './tokens';

/** What a model makes of sentences whose mentions are known. */
export interface EvaluationReport {
  sentences: number;
  spans: Record<EntityClass, SpanScore>;
  tokens: Record<EntityClass, TokenScore>;
  /** Mean strict span F1 over the classes with gold mentions. */
  meanF1: number | null;
  /** Binary cross-entropy, the mean over known labels. */
  loss: number;
  /** Sentence by sentence, in the order given: tokens, logits and predicted spans. */
  tagged: TaggedText[];
}

/** Tags the sentences and compares with their gold spans, by class, unknown classes left out. */
export async function evaluate(
  sentences: readonly Sentence[],
  tokenizer: Tokenizer,
  score: TokenScorer,
  options: TaggingOptions,
  onProgress?: (done: number) => void,
): Promise<EvaluationReport> {
  if (sentences.length === 0)
    throw new InputError('there is nothing to evaluate on; give at least one sentence');
  const texts = sentences.map(({ text }) => text);
  const tagged = await tagTexts(texts, tokenizer, score, options, onProgress);
  const spans = scoreSpans(
    sentences,
    tagged.map((text) => text.spans),
  );
  return {
    sentences: sentences.length,
    spans,
    tokens: scoreTokens(tokenOutcomes(sentences, tagged, options.scheme), options.threshold),
    meanF1: meanF1(spans),
    loss: meanLoss(sentences, tagged, options),
    tagged,
  };
}

/** Evaluates on several corpora, each by itself. */
export async function evaluateAll(
  tests: Readonly<Record<string, Sentence[]>>,
  tokenizer: Tokenizer,
  score: TokenScorer,
  options: TaggingOptions,
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

/** The same evaluation in the form that training asks for after each epoch. */
export function heldOutEvaluation(
  sentences: readonly Sentence[],
  tokenizer: Tokenizer,
  options: TaggingOptions,
) {
  return async ({ score }: { score: TokenScorer }) => {
    const { loss, spans, meanF1: mean } = await evaluate(sentences, tokenizer, score, options);
    if (mean === null) {
      throw new InputError(
        'the dev sentences hold no gold mention of any class; give others, or no epoch can be preferred',
      );
    }
    return { loss, score: mean, f1: byClass((label) => spans[label].f1) };
  };
}

function meanLoss(
  sentences: readonly Sentence[],
  tagged: readonly TaggedText[],
  { scheme }: TaggingOptions,
): number {
  const outputs = outputNames(scheme).length;
  const perClass = outputsPerClass(scheme);
  let total = 0;
  let known = 0;
  sentences.forEach(({ spans, annotated }, index) => {
    const { encoded, logits } = tagged[index];
    const { labels } = spansToLabels(encoded, spans, scheme);
    for (let entry = 0; entry < labels.length; entry++) {
      if (!annotated.includes(ENTITY_CLASSES[Math.floor((entry % outputs) / perClass)])) continue;
      const logit = logits[entry];
      total += Math.max(logit, 0) - logit * labels[entry] + Math.log1p(Math.exp(-Math.abs(logit)));
      known++;
    }
  });
  return total / Math.max(known, 1);
}

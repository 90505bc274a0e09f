/**
 * Tasks: what a network is trained for, one folder each: how data becomes examples, the loss, the metrics, how logits become an answer.
 *
 * In: data (sentences with spans, labelled texts, plain texts), a network. Out: examples, the objective that training minimizes, answers and
 * their scores. May touch: model folders.
 *
 * tagging/ finds spans, classification/ tells texts apart, masked-words/ guesses hidden words. objective.ts is what the training
 * engine asks of each; losses.ts holds what they share.
 */
export {
  type ClassificationEvaluation,
  type ClassificationOptions,
  type ClassifiedExample,
  classificationObjective,
  evaluateClassification,
} from './classification/objective';
export {
  createLoss,
  LOSSES,
  type Loss,
  type LossName,
  type LossOptions,
  lossOnTape,
  softmaxCrossEntropy,
  type TaggingLoss,
  type Targets,
  USED_BY,
} from './losses';
export {
  evaluateMasking,
  type Masking,
  maskingObjective,
  prepareTexts,
  type TextExample,
} from './masked-words/objective';
export type { Blueprint, Evaluation, Objective } from './objective';
export { type TaggedPart, voteWithinArticle } from './tagging/article-vote';
export { decodeSpans, type ScoredSpan, sigmoid } from './tagging/decoding';
export {
  type EvaluationOptions,
  type EvaluationReport,
  evaluate,
  evaluateAll,
  heldOutEvaluation,
  voteByArticle,
} from './tagging/evaluate';
export { type Example, type PreparedExamples, prepareExamples } from './tagging/examples';
export {
  createTagger,
  padTargets,
  setDropout,
  type TaggingBatch,
  taggingObjective,
} from './tagging/objective';
export {
  checkOneEach,
  countSpans,
  f1Of,
  knownSpans,
  mean,
  meanF1,
  noSpanCounts,
  ratio,
  type SpanCounts,
  type SpanScore,
  scoreSpans,
  spanKey,
  spanScores,
} from './tagging/spans';
export { type TaggedText, type TaggingOptions, tagTexts } from './tagging/tag-texts';
export { unteachableClasses } from './tagging/teachable';
export {
  countTokens,
  goldTokens,
  probabilitiesByClass,
  scoreTokens,
  type TokenOutcomes,
  type TokenScore,
  tokenOutcomes,
  tokenProbabilities,
} from './tagging/tokens';
export { type Variations, varyMentions } from './tagging/variations';

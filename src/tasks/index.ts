/**
 * Tasks: what a network is trained for, one folder each: how data becomes examples, the loss, the metrics, how logits are decoded.
 *
 * In: data (sentences with spans, labelled texts, plain texts), a network. Out: examples, the objective that training minimizes,
 * predictions and their scores. May touch: model folders.
 *
 * tagging/ finds spans, classification/ classifies texts, masked-words/ predicts masked words. task.ts is the interface of tasks
 * that learn labels, objective.ts the interface to the training engine; losses.ts is shared.
 */
export {
  givenLabels,
  givenOf,
  isRight,
  labelProbabilities,
  rankLabels,
  type ScoredLabel,
} from './classification/answers';
export {
  type ClassificationReport,
  evaluateTexts,
  scoreTexts,
} from './classification/evaluate';
export { type ClassifiedText, encodeWholeTexts } from './classification/examples';
export { type ClassifiedItem, classificationObjective, classificationTask } from './classification/task';
export type { LabelScore } from './label-score';
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
} from './masked-words/masking';
export type { Blueprint, Evaluation, Objective } from './objective';
export { objectiveOf, savedWithout, type Tensors } from './objective-of';
export { logSoftmax, logSumExp, sigmoid } from './probabilities';
export { type TaggedPart, voteWithinArticle } from './tagging/article-vote';
export { decodeSpans, type ScoredSpan } from './tagging/decoding';
export {
  type EvaluationOptions,
  type EvaluationReport,
  evaluate,
  evaluateAll,
  evaluateAt,
  heldOutEvaluation,
  voteByArticle,
} from './tagging/evaluate';
export { type Example, type PreparedExamples, prepareExamples, type SentenceSpan } from './tagging/examples';
export { inView, labelsInView, OWN_LABELS, type Tagger, viewName } from './tagging/model-view';
export { spellOutMutation } from './tagging/mutations';
export {
  checkOneEach,
  countSpans,
  f1Of,
  knownSpans,
  mean,
  meanF1,
  microF1,
  noSpanCounts,
  onlyLabels,
  ratio,
  type SpanCounts,
  scoreSpans,
  spanKey,
  spanScore,
} from './tagging/spans';
export { type TaggedText, type TaggingOptions, tagTexts } from './tagging/tag-texts';
export { padTargets } from './tagging/targets';
export { taggingObjective, taggingTask } from './tagging/task';
export {
  countTokens,
  goldTokens,
  probabilitiesByClass,
  scoreTokens,
  type TokenOutcomes,
  type TokenProbabilities,
  type TokenScore,
  tokenOutcomes,
  tokenProbabilities,
} from './tagging/tokens';
export { type Variations, varyMentions } from './tagging/variations';
export type { EncodedItem, OutcomeGroups, Prepared, Task, TaskLoss, TaskSettings } from './task';
export { type LabelTask, labelTaskOf, remakeObjective, TASKS, withTask } from './tasks';

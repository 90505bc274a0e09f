/**
 * Evaluation: how right a tagger is, by class.
 *
 * In: gold sentences, and a scorer (a network or an ONNX file) or its predictions. Out: strict span scores, token scores,
 * token probabilities. May touch: nothing outside.
 */
export { type EvaluationReport, evaluate, evaluateAll, heldOutEvaluation } from './evaluate';
export { type ExaminedSentence, mistakes, sentencesByClass, withoutSentences } from './selection';
export {
  classificationReport,
  type SequenceOptions,
  type SequenceScore,
} from './sequences/classification-report';
export { TAG_SCHEMES, type TagScheme } from './sequences/schemes';
export { checkSameShape, placeOfTag, readTagFile, type TagFile } from './sequences/tag-files';
export type { SequenceMode } from './sequences/tags';
export { meanF1, type SpanScore, scoreSpans } from './spans';
export { goldTokens, probabilitiesByClass, scoreTokens, type TokenScore, tokenProbabilities } from './tokens';

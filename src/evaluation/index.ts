/**
 * Evaluation: how right a tagger is, by class.
 *
 * In: gold sentences, and a scorer (a network or an ONNX file) or its predictions. Out: strict span scores, token scores,
 * token probabilities. May touch: nothing outside.
 */
export { type EvaluationReport, evaluate, heldOutEvaluation } from './evaluate';
export { meanF1, type SpanScore, scoreSpans } from './spans';
export { goldTokens, scoreTokens, type TokenScore, tokenProbabilities } from './tokens';

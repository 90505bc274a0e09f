/**
 * Tokenization: text to WordPiece tokens with character offsets, spans to token labels, and logits back to spans.
 *
 * In: text, spans, a model folder's tokenizer.json. Out: encoded texts, windows that fit an encoder, label matrices, and
 * mentions decoded from logits. May touch: the model folder, to read.
 */
export { voteWithinArticle } from './article-vote';
export { decodeSpans, type ScoredSpan, sigmoid } from './decoding';
export {
  isScheme,
  type LabelScheme,
  labelsToSpans,
  outputNames,
  outputsPerClass,
  spansToLabels,
  type TokenLabels,
} from './labels';
export { onlyFinite, type TaggedText, type TaggingOptions, type TokenScorer, tagTexts } from './tagging';
export { type Threshold, thresholdOf } from './threshold';
export { type EncodedText, Tokenizer } from './tokenizer';
export { readTokenizerFile } from './tokenizer-file';
export { cutWindows, joinWindows, type Window } from './windows';

/**
 * Tokenization: text to tokens (WordPiece, byte-level BPE) with character offsets, and spans to token labels and back.
 *
 * In: text, spans, a model folder's tokenizer files. Out: encoded texts, windows that fit an encoder, label matrices. May touch: the
 * model folder (reads).
 */

export { labelsToSpans, rangeOfTokens, tagsToSpans } from './decoded-labels';
export { encodeTexts, type TextInput } from './encode-texts';
export type { Frame, FrameToken } from './frame';
export { spansToLabels, type TokenLabels } from './labels';
export { onlyFinite, type TokenScorer } from './scorer';
export { type SpecialTokens, USUAL_SPECIAL_TOKENS } from './special-tokens';
export {
  type ExclusiveColumns,
  exclusiveColumns,
  isScheme,
  type LabelScheme,
  outputNames,
  outputsPerLabel,
  parseTag,
  SCHEMES,
  type Tag,
  type TagSet,
  WORD_RULES,
  type WordRule,
} from './tag-set';
export type { EncodedText, TextTokenizer, TextWithWords } from './text-tokenizer';
export { isGiven, mergeThresholds, type Threshold, thresholdLogit, thresholdOf } from './threshold';
export { Tokenizer } from './tokenizer';
export { completeConfiguration, hasBothFiles } from './tokenizer-configuration';
export { haveSameTokenizer, readTokenizerFile, TOKENIZER_FILES, type TokenizerFile } from './tokenizer-file';
export { trainWordPieces, type WordPieceOptions } from './train-tokenizer';
export { cutWindows, FRAME_TOKENS, joinWindows, type Window } from './windows';
export { type WordPieceFile, WordPieceTokenizer } from './word-piece';
export { wordsOf } from './words';

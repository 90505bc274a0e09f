/**
 * Preprocessing: turns collected articles into sentences with spans, split into train, dev and test by article.
 *
 * In: a collection (JATS and annotations without offsets). Out: `train.jsonl`, `dev.jsonl`, `test.jsonl` in the sentence
 * contract, `unanchored.jsonl` (unplaced annotations with reasons) and a manifest with every count. May touch: the file system.
 * Also counts the words of any texts.
 */
export { anchorAnnotations, type Placed, type Unplaced } from './anchoring';
export {
  type AnnotatedArticle,
  auditSources,
  capitalArticles,
  collectedArticles,
  craftArticles,
} from './annotated-articles';
export { type AnchoringAudit, type AuditExample, type AuditRow, auditAnchoring } from './audit';
export {
  CONTEXT_STYLES,
  type ContextStyle,
  goldAnnotation,
  type MentionContext,
  type MentionPlace,
} from './gold-annotation';
export type { GoldMention } from './gold-places';
export { articleText, type JatsArticle, jatsArticles, jatsToParagraphs, type Paragraph } from './jats';
export { findLeaks, type Leak } from './leaks';
export { type NormalizedText, normalizeText } from './normalization';
export type { UnanchoredReason } from './places';
export {
  type PartReport,
  type PreprocessingOptions,
  type PreprocessingReport,
  preprocessCollection,
  type UnanchoredAnnotation,
} from './preprocess';
export { balanceClasses, sampleNegatives } from './sampling';
export { type OverlapCounts, paragraphsToSentences } from './sentences';
export {
  countMentions,
  type LabelCounts,
  type Marked,
  PARTS,
  type Part,
  SHARES,
  splitArticles,
} from './splitting';
export { ENGLISH_STOP_WORDS } from './stop-words';
export { NEAR_IDENTICAL } from './twin-index';
export { countWords, topWords, type WordCount, type WordCountOptions } from './word-counts';

/**
 * Evaluation: scores of taggers and classifiers by class, their uncertainty, and error analysis.
 *
 * In: gold sentences, and a scorer (a network or an ONNX file) or its predictions; or labelled texts and a classifier's answers; or
 * files of tag sequences; or the table of a search. Out: strict, partial and token scores, curves, calibration, breakdowns, kinds of
 * errors, intervals and p-values, comparisons of two models; baselines; effects of settings. May touch: the given files, to read.
 *
 * `sequences/` scores tags as Python's seqeval does. `baselines/` trains simple classifiers, which a network has to beat; `probes/`
 * changes texts to see what a classifier reacts to. Classes for which a sentence is not annotated are unknown and never counted in
 * this room.
 */
export {
  type ArticleCounts,
  countByArticle,
  meanSpanF1,
  type Statistic,
  spanF1,
  sumRows,
  tokenF1,
} from './article-counts';
export { type Baseline, scoreBaseline } from './baselines/baseline';
export { type FirstWordsOptions, trainFirstWords } from './baselines/first-words';
export type { LinearWeights } from './baselines/logistic-regression';
export { trainMajority } from './baselines/majority';
export type { NgramRange } from './baselines/tfidf';
export {
  type TellingTerm,
  type TfidfClassifier,
  type TfidfOptions,
  tellingTerms,
  trainTfidf,
  tuneTfidf,
} from './baselines/tfidf-classifier';
export {
  type BootstrapOptions,
  bootstrapIntervals,
  bootstrapUnits,
  CONFIDENCE,
  type Interval,
} from './bootstrap';
export {
  byCorpus,
  byLength,
  bySection,
  bySeen,
  type Grouping,
  type GroupScores,
  scoreByGroup,
} from './breakdowns';
export {
  type AverageScore,
  type ClassificationDetails,
  type Confusion,
  detailTexts,
  type ScoredTexts,
  textIntervals,
} from './classification';
export { compareModels, type Difference, type ModelComparison, SIGNIFICANCE, verdict } from './comparison';
export { confidentMistakes, type TextMistake } from './confident-mistakes';
export {
  bestThreshold,
  type Outcomes,
  type PrecisionRecallCurve,
  precisionRecallCurve,
  type Reliability,
  type ReliabilityBin,
  reliability,
} from './curves';
export {
  chooseThresholds,
  scoreTextThresholds,
  scoreThresholds,
  type ThresholdScore,
} from './decision-threshold';
export {
  type DetailedReport,
  type DetailOptions,
  detail,
  detailCorpora,
  detailExamined,
} from './detailed-report';
export { tagByDictionary } from './dictionary';
export { type Contrast, type Effect, type Effects, searchEffects } from './effects';
export {
  annotatedTogether,
  type ComparedMention,
  classConfusion,
  compareMentions,
  countOutcomes,
  MENTION_OUTCOMES,
  type MentionOutcome,
} from './errors';
export { goldProbability, type HardMention, hardestMentions } from './hardest';
export { type McNemar, mcnemarTest } from './mcnemar';
export {
  MATCH_FAMILIES,
  type MatchFamily,
  type PartialMatchScore,
  type PartialMatchScores,
  scorePartialMatches,
} from './partial-match';
export { holm, type PermutationOptions, permutationTest } from './permutation';
export { type Contributions, leaveOneWordOut, type WordContribution } from './probes/leave-one-word-out';
export { type LabelledVectors, probeLabels } from './probes/linear-probe';
export {
  commonOpenings,
  type Opening,
  type SwappedText,
  swapOpenings,
  withoutFirstWords,
} from './probes/opening-probe';
export { macroAuc, type RocCurve, rocCurves } from './roc';
export { f1Column, levelsOf, readSearchRows, SEARCH_SETTINGS, type SearchRow } from './search-rows';
export {
  comparable,
  type ExaminedSentence,
  examine,
  mistakes,
  sentencesByClass,
  withoutSentences,
} from './selection';
export {
  classificationReport,
  type SequenceOptions,
  type SequenceScore,
} from './sequences/classification-report';
export { TAG_SCHEMES, type TagScheme } from './sequences/schemes';
export { checkSameShape, placeOfTag, readTagFile, type TagFile } from './sequences/tag-files';
export type { SequenceMode } from './sequences/tags';
export { studentT } from './student-t';
export type { TextAnswer } from './text-answers';
export { textReliability } from './text-calibration';
export { compareTexts, type TextComparison } from './text-comparison';
export { wilsonInterval } from './wilson';

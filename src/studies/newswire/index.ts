/**
 * Newswire: what the study of CoNLL++ adds to the other rooms: tags of words, scores with intervals, and probes of what a tagger has learned.
 *
 * In: sentences with spans, a tagger. Out: tags, scores, tables. May touch: the folder of the run.
 */
export { makeCasedEncoder } from './cased-encoder';
export {
  type ComparedTagger,
  closingRow,
  closingRows,
  comparedRows,
  compareTaggers,
  type TaggerForm,
} from './compare-taggers';
export { type ErrorSummary, summarizeErrors, tagConfusion } from './errors';
export {
  type LayerProbe,
  type NetworkProbe,
  type ProbeLimits,
  probeCurves,
  probeNetwork,
  probeRows,
  selectivityCurves,
} from './layer-probe';
export {
  type CaseScores,
  checkCaseBlind,
  isAllCapitals,
  LETTER_CASES,
  type LetterCase,
  scoreLetterCases,
  trainWordTagger,
  type WordTagger,
} from './letter-case';
export { type SetProbe, type SetScores, scoreSets, setScoreRows, writtenSet } from './other-texts';
export { NEWSWIRE_PROFILES, type NewswireProfile, PUBLISHED_NEWSWIRE } from './profiles';
export {
  compareF1,
  type Difference,
  differenceText,
  drawnUnits,
  f1Bars,
  type MentionScore,
  mentionRows,
  overall,
  recallRows,
  scoreMentions,
  scoreTags,
  setRows,
} from './scores';
export { NAME_GROUPS, type NameGroup, scoreBySeen } from './seen-names';
export { type SubwordScores, scoreSubwords, subwordRows } from './sub-words';
export {
  alignmentRows,
  type CountedShape,
  modeRows,
  namesByPart,
  parametersByFormula,
  piecesByTag,
  recordRows,
  sentenceWithSplitName,
  taggedRows,
} from './tables';
export {
  type FindMentions,
  type OpenTagger,
  predictMentions,
  predictTags,
  type TrainedTagger,
  taggerRows,
  trainTagger,
} from './taggers';
export {
  exactShare,
  failedCases,
  OUTCOMES,
  type Outcome,
  outcomeBars,
  probeUniversities,
  type UniversityCase,
  type UniversityProbe,
  universityTables,
} from './university-probe';
export { type SentenceWords, spansOfTags, tagsOfWords, wordRanges } from './word-tags';

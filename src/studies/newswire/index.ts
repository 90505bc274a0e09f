/**
 * Newswire: what the study of CoNLL++ adds to the other rooms: tags of words, scores with intervals, and probes of what a tagger has learned.
 *
 * In: sentences with spans, a tagger. Out: tags, scores, tables. May touch: the folder of the run.
 */
export { makeCasedEncoder } from './cased-encoder';
export {
  collectVectors,
  type LayerProbe,
  type ProbeLimits,
  probeLayers,
  probeLimits,
  type WordVectors,
} from './layer-probe';
export {
  inLetterCase,
  isAllCapitals,
  LETTER_CASES,
  type LetterCase,
  trainWordTagger,
  type WordTagger,
} from './letter-case';
export { NEWSWIRE_PROFILES, type NewswireProfile, PUBLISHED_NEWSWIRE } from './profiles';
export {
  ALL,
  drawnUnits,
  type MentionScore,
  mentionRows,
  scoreMentions,
  setRows,
  withoutMasked,
} from './scores';
export { alignmentRows, type CountedShape, parametersByFormula, piecesByTag, taggedRows } from './tables';
export {
  type OpenTagger,
  predictMentions,
  predictTags,
  type TrainedTagger,
  taggerRows,
  trainTagger,
} from './taggers';
export {
  hasKeyword,
  isAscii,
  OUTCOMES,
  type Outcome,
  outcomeOf,
  outcomeRows,
  TEMPLATES,
  type UniversityCase,
  universityCases,
} from './university-probe';
export { type SentenceWords, spansOfTags, tagsOfWords, wordRanges } from './word-tags';

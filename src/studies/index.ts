/**
 * Studies: the code that the notebooks of the studies share, so that their cells stay short: runs, tables of trainings, figures that others
 * published.
 *
 * In: the environment variables of a run, labelled texts. Out: its profile and folders, trained and judged trials, tables. May touch: the
 * folder of the run.
 */
export { beginningsOf } from './beginnings';
export { captioned, type FigureSource } from './captioned';
export { checkStudyData } from './check-data';
export { comparisonRows, followedOpenings, type Judged } from './comparisons';
export {
  type BestOfEncoder,
  bestOfEach,
  bestRate,
  devScore,
  effortRows,
  encoderRows,
  epochTimes,
  gridRows,
  gridTrials,
  rateTrials,
  whyLeftOut,
} from './encoder-grid';
export { type ComparedEncoder, type PreparedEncoder, prepareEncoders } from './encoders';
export {
  GO_TERMS_PROFILES,
  type GoTermsProfile,
  type PublishedGoTerms,
  publishedRows,
  readPublishedGoTerms,
  SMALL_ENCODER,
} from './go-terms';
export * from './intents';
export { measureModels } from './model-costs';
export * from './newswire';
export {
  PAPER_TOPICS_PROFILES,
  type PaperTopicsProfile,
  type PublishedTraining,
  readPaperTopics,
} from './paper-topics';
export { drawParts, type StudyParts } from './parts';
export { scoreProbes } from './score-probes';
export { type BatchLoss, crossEntropy, softmaxTwiceLimits, softmaxTwiceObjective } from './softmax-twice';
export {
  currentStudy,
  STUDY_DATA,
  STUDY_NAMES,
  type StudyName,
  type StudyProfileName,
  type StudyRun,
} from './study-run';
export {
  accuracyCurves,
  accuracyText,
  byName,
  countSeries,
  devAccuracy,
  epochRows,
  f1Columns,
  labelCounts,
  labelRows,
  meanLoss,
  meanRows,
  metricsRows,
  type NamedParts,
  pointOf,
  rankedBy,
  scoreRow,
  sentenceRows,
  speedOf,
  stepRows,
  tellingBars,
  tokenRows,
  trialRows,
  wordChanges,
} from './tables';
export {
  type FinishedTrial,
  isFinished,
  runTrial,
  runTrials,
  type SkippedTrial,
  type Trial,
  type TrialOutcome,
  type TrialsRun,
  trialFingerprint,
} from './trials';

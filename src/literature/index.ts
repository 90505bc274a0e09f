/**
 * Literature: what belongs to drug-discovery papers alone: the four entity classes, the views that map the labels of corpora and
 * models to them, and the code that the six notebooks share, so that their cells stay short.
 *
 * In: the environment variables of a run. Out: its profile, folder and files, its training and test sentences, a description of the
 * machine, and the results of the studies. May touch: the folder of the run.
 */
export { type CapitalSentences, evaluateModels, readCapital, trainOnCapital } from './capital-study';
export { NAMED_CELL_LINE, type NamedSentences, type Naming, nameCellLines } from './cell-line-names';
export { CHAIN, openInstalledPeers, openOnThreads, openSteps } from './contenders';
export { benchmarkSentences, type RunSentences, readRunSentences, readTestSentences } from './gather';
export { type GridRow, trainGrid } from './grid';
export {
  type GuidelineRow,
  type GuidelineScore,
  guidelineTable,
  readGuidelineStudy,
} from './guideline-study';
export { type Instructions, integerInstructions } from './instructions';
export { compareLessons } from './lessons';
export { describeMachine, examineMachine, libraryVersions, type MachineReport } from './machine';
export { copyOutdated, type Outdated } from './outdated-copy';
export { PROFILES, type Profile, type ProfileName, variationsOf } from './profiles';
export { pruningStudy, readPruningRows } from './pruning-study';
export { publishedScores } from './published';
export {
  type CorpusShare,
  type Replay,
  type ReplayedArticle,
  type ReplayedShare,
  readReplay,
  writeReplay,
} from './replay';
export { currentRun, DATA_CHOICES, type DataChoice, type Run } from './run';
export { type RunSettings, readRunSettings } from './run-settings';
export { readSearchStudy, type SearchStudy, type SeedRun, type SizedRun, seedTable } from './search-study';
export { evaluateShipped } from './shipped';
export { type ArticleSource, knownOfArticles, openArticleSource } from './source-of-run';
export { compareTrainingSets } from './training-sets';
export {
  ENTITY_CLASSES,
  EUROPE_PMC_VIEW,
  isEntityClass,
  JNLPBA_VIEW,
  LITERATURE_VIEW,
  VIEWS,
} from './views';

/**
 * Intents: what the study of an intent classifier compressed for production adds to the other rooms, so that its cells stay short.
 *
 * In: labelled queries, a teacher or its kept answers. Out: the search for a student's settings, records of stages as tables. May touch: the
 * folder of the run.
 */
export {
  type AlphaComparison,
  type AlphaPlan,
  type AlphaTraining,
  alphaRows,
  compareAlphas,
  readKeptAlphas,
} from './alphas';
export {
  chooseFallback,
  type FallbackRate,
  fallbackCurves,
  fallbackRates,
  withFallback,
  writeFallback,
} from './fallback';
export { agreementRows, signatureOf, subsetRows } from './graphs';
export { checkLabelMaps } from './label-maps';
export { StageLog } from './measure-stages';
export { type Mixture, mixtureOf } from './mixture';
export { answersOf, type ModelFile } from './open-variants';
export {
  INTENT_PROFILES,
  type IntentsProfile,
  type PublishedEpochs,
  type PublishedIntents,
  type PublishedStage,
  publishedEpochs,
  readPublishedIntents,
} from './profiles';
export {
  keptWeights,
  type PrunedModel,
  type PruningFigures,
  type PruningPlan,
  plannedSparsity,
  pruningCurvesOf,
  pruningFigures,
  pruningRows,
  pruningTrials,
  readKeptPruning,
  strongestOf,
} from './pruning';
export { DEMO_QUERY, intentRows, scopeCounts, TIMED_QUERY } from './queries';
export { minimizeRosenbrock, type RosenbrockSearch, rosenbrock, rosenbrockRows } from './rosenbrock';
export {
  bestStudent,
  edgesOf,
  importanceRows,
  readStudentSearch,
  type StudentSearch,
  type StudentSettings,
  searchCurves,
  searchRows,
  searchStudents,
} from './search';
export {
  besidePublished,
  scopeRows,
  sparsityByLayer,
  stageFigure,
  stageLine,
  stageRows,
  type Target,
  targetRows,
} from './stages';
export { type Teacher, teacherFromKept, trainTeacher } from './teach';
export {
  describeTeacher,
  type JudgedParts,
  KEPT_SEARCH,
  type KeptTeacher,
  readKeptTeacher,
  type TeacherAnswer,
  untrainedTeacher,
} from './teacher';
export {
  accuracyAndLatency,
  costRows,
  costsInTurns,
  latencyRows,
  type TimedModel,
  type TimingOptions,
  timeModels,
} from './time-stages';

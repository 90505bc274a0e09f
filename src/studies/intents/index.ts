/**
 * Intents: what the study of an intent classifier compressed for production adds to the other rooms, so that its cells stay short.
 *
 * In: labelled queries, a teacher or its kept answers. Out: the search for a student's settings, records of stages as tables. May touch: the
 * folder of the run.
 */
export { chooseFallback, withFallback, writeFallback } from './fallback';
export { checkLabelMaps } from './label-maps';
export { type Mixture, mixtureOf, studentRows } from './mixture';
export {
  INTENT_PROFILES,
  type IntentsProfile,
  type PublishedEpochs,
  type PublishedIntents,
  type PublishedStage,
  publishedEpochs,
  readPublishedIntents,
} from './profiles';
export { keptWeights, type PruningPlan, pruningCurvesOf, pruningRows, pruningTrials } from './pruning';
export { DEMO_QUERY, intentRows, scopeCounts, TIMED_QUERY } from './queries';
export { minimizeRosenbrock, type RosenbrockSearch, rosenbrock } from './rosenbrock';
export { importanceRows, readStudentSearch, type StudentSearch, searchRows, searchStudents } from './search';
export { besidePublished, scopeRows, sparsityByLayer, stageBubbles, stageRows } from './stages';
export {
  type AlphaComparison,
  KEPT_SEARCH,
  type KeptTeacher,
  keepTeacher,
  keptAnswers,
  readKeptAlphas,
  readKeptTeacher,
  type TeacherAnswer,
  untrainedTeacher,
} from './teacher';

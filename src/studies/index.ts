/**
 * Studies: the code that the notebooks of the studies share, so that their cells stay short: runs, tables of trainings, figures that others
 * published.
 *
 * In: the environment variables of a run, labelled texts. Out: its profile and folders, trained and judged trials, tables. May touch: the
 * folder of the run.
 */
export { crossEntropy, softmaxTwiceLimits, softmaxTwiceObjective } from './softmax-twice';
export {
  currentStudy,
  STUDY_DATA,
  STUDY_NAMES,
  STUDY_PROFILES,
  type StudyName,
  type StudyProfileName,
  type StudyRun,
} from './study-run';
export {
  type FinishedTrial,
  isFinished,
  runTrials,
  type SkippedTrial,
  type Trial,
  type TrialOutcome,
} from './trials';

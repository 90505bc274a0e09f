/**
 * Training: examples to a trained network.
 *
 * In: data files or an objective, and options. Out: the model folder of the best epoch, in its folder `last` that of
 * the last one where another was better, and `metrics.jsonl`. May touch: the folder of the run, and of replicas a folder in memory.
 *
 * recipe.ts goes from data files to a model folder; lessons.ts reads and checks the data. trainer.ts goes through epochs and checkpoints; a stepper takes the steps, in this process (step.ts) or in several (replicas/).
 * search/ looks for the best options; tracking/ tells MLflow of runs.
 */
export { stepsByEpoch } from './batching';
export { resumable } from './checkpoint';
export {
  completeConfiguration,
  configurationOfFile,
  DEFAULT_TRAINING,
  MOST_EPOCHS,
  readJson,
  readTrainingConfiguration,
  TRAINING_SCHEMA,
  type TrainingConfiguration,
  type TrainingOptions,
  trainingSchemaWith,
} from './configuration';
export { Learner } from './learner';
export { type LessonOptions, type Lessons, readLessons } from './lessons';
export { type EvaluationRow, type MetricsRow, readMetrics, type StepRow } from './metrics-log';
export {
  type FineTuned,
  type FineTuning,
  fineTune,
  fineTuneFiles,
  type Learning,
  learn,
  type RunOptions,
} from './recipe';
export { checkRunFolder, LAST } from './run-folder';
export { rateShare } from './schedule';
export { checkAgainst, type ObjectSchema } from './schema';
export * from './search';
export { averageModels } from './soup';
export { lossAndGradients, takeStep } from './step';
export { taskOfFiles } from './task-of-files';
export * from './tracking';
export { type TrainingReport, type TrainingRun, train } from './trainer';

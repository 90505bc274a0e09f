/**
 * Training: examples to a trained network.
 *
 * In: data files or an objective, and options. Out: the model folder of the best epoch, in its subfolder `last` that of the last
 * epoch if another was better, and `metrics.jsonl`. May touch: the folder of the run, and for replicas a folder in memory.
 *
 * recipe.ts goes from data files to a model folder; lessons.ts reads and checks the data. trainer.ts runs epochs and writes
 * checkpoints; a stepper takes the steps, in this process (step.ts) or in several (replicas/). search/ searches for the best
 * options; tracking/ reports runs to MLflow.
 */
export {
  type BatchLimits,
  type BatchOptions,
  batchesOfEpoch,
  groupByLength,
  stepsByEpoch,
  type Window,
} from './batching';
export { calibrateLabels, type LabelCalibration } from './calibrate';
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
export { OPTIMIZER_KEYS } from './configuration-schema';
export { Learner, type LearnerOptions, type State } from './learner';
export { type LessonOptions, type Lessons, readLessons } from './lessons';
export { type EvaluationRow, type MetricsRow, readMetrics, type StepRow, secondsOf } from './metrics-log';
export { type Gradients, globalNorm } from './optimizer';
export * from './pretraining';
export {
  type FineTuned,
  type FineTuning,
  type FineTuningPlace,
  fineTune,
  fineTuneFiles,
  type Learning,
  learn,
  type RunOptions,
} from './recipe';
export { checkRunFolder, LAST } from './run-folder';
export { rateShare } from './schedule';
export { checkAgainst, defaultsOf } from './schema';
export type {
  Complete,
  Defaults,
  Flat,
  KindOf,
  ObjectSchema,
  OfKind,
  Properties,
  PropertySchema,
  Required,
  Static,
  ValuesOf,
  WithDefault,
} from './schema-types';
export * from './search';
export type { ScoredValues } from './search/tpe';
export type { EndedTask, Failure, Score } from './search/trial';
export { averageModels } from './soup';
export {
  clippingScale,
  lossAndGradients,
  type Part,
  type Step,
  type StepOptions,
  type StepOutcome,
  takeStep,
} from './step';
export { taskOfFiles, textsOfFile } from './task-of-files';
export * from './tracking';
export type { Authorization } from './tracking/credentials';
export type { Notify } from './tracking/delivery';
export type { DeliveryOptions, WaitingRun } from './tracking/server-destination';
export type { RunDescription, TrackedRun } from './tracking/track-run';
export type { TrainingDescription } from './tracking/track-training';
export { type TrainingReport, type TrainingRun, train } from './trainer';

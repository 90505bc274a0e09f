/**
 * Training: sentences to a fine-tuned tagger.
 *
 * In: sentences with gold spans, a model with a fresh or trained head, options. Out: the model folder of the best epoch,
 * `metrics.jsonl`. May touch: the folder of the run. How good an epoch is, the caller says (`evaluate`), since evaluation
 * is a room further on.
 */
export {
  DEFAULT_TRAINING,
  readTrainingConfiguration,
  type TrainingConfiguration,
  type TrainingOptions,
} from './configuration';
export { type Example, type PreparedExamples, prepareExamples } from './examples';
export { type EvaluationRow, type MetricsRow, readMetrics, type StepRow } from './metrics-log';
export { type Evaluation, type TrainingReport, type TrainingRun, train } from './trainer';

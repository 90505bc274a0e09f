/**
 * Tracking: records the settings, metrics and files of a training run for MLflow.
 *
 * In: an address, names, parameters, metrics by step, files. Out: a run on an MLflow server, through its REST API, or the same in a
 * folder that MLflow reads. May touch: that server or folder, and the journals of runs under `.falconframes/tracking`. Nothing here
 * delays a training run or makes it fail.
 *
 * track-run.ts is the interface, track-training.ts the same for the rows of a training run. A run has one of two destinations:
 * folder-destination.ts, or server-destination.ts, which writes a journal (journal.ts) and delivers from it (delivery.ts), through
 * the MLflow API in server.ts.
 */
export type { RunStatus } from './entries';
export { readRunId, writeRunId } from './run-id';
export { sendWaitingRuns } from './server-destination';
export { trackingAddress, trackRun } from './track-run';
export {
  originTags,
  rowMetrics,
  type TrackedTraining,
  trackTraining,
} from './track-training';

/**
 * Tracking: what a training run is made of, does and leaves, for MLflow.
 *
 * In: an address, names, parameters, metrics by step, files. Out: a run on an MLflow server, spoken to over its REST API, or the
 * same in a folder that MLflow reads. May touch: that server or folder, and the journals of runs under
 * `.falconframes/tracking`. Nothing here holds a training run up or makes it fail.
 *
 * track-run.ts is what callers use, track-training.ts the same for the rows of a training run. A run goes to one of two
 * destinations: folder-destination.ts, or server-destination.ts, which writes a journal (journal.ts) and delivers from it
 * (delivery.ts), to what server.ts knows of MLflow.
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

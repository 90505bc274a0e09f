/** No command: what the commands that train have in common to be tracked. */
import { isAbsolute, join } from 'node:path';
import { Option } from 'commander';
import { checkOutputFolder } from '../foundation';
import {
  type MetricsRow,
  type RunStatus,
  type TrackedTraining,
  type TrainingReport,
  trackingAddress,
  trackTraining,
} from '../training';
import { learningCurves, saveFigure } from '../visualization';
import { notice } from './output';

export interface TrackOptions {
  track?: string;
  experiment: string;
  resume?: boolean;
}

export const TRACK = new Option(
  '--track <where>',
  'also tell an MLflow server (its address; `npm run mlflow` starts one), or write a folder that MLflow reads',
).env('MLFLOW_TRACKING_URI');

export const EXPERIMENT = new Option('--experiment <name>', 'the experiment that --track files runs under')
  .env('MLFLOW_EXPERIMENT_NAME')
  .default('falconframes');

/**
 * Trains and, where the options say so, tracks the run from its first step on: its parameters, its rows as they come and, when it
 * is finished, the model folder and a figure of its learning curves. What is refused before a first step leaves no run.
 *
 * @param work trains, and calls what it is given at every row
 */
export async function trainTracked<Report extends TrainingReport>(
  { track, experiment, resume }: TrackOptions,
  run: { command: string; folder: string; parameters: object },
  work: (onRow?: (rows: readonly MetricsRow[]) => void) => Promise<Report>,
): Promise<Report> {
  if (!track) return work();
  const destination = trackingAddress(track); // Refused before any work.
  if (isAbsolute(destination)) checkOutputFolder(destination);
  const place = { address: track, experiment, notify: notice };
  const started = Date.now();
  let tracked: TrackedTraining | undefined;
  let status: RunStatus = 'FAILED';
  try {
    const report = await work((rows) => {
      tracked ??= trackTraining({ ...run, ...place, resume, started });
      tracked.row(rows[rows.length - 1]);
    });
    status = report.finished ? 'FINISHED' : 'KILLED';
    if (tracked && report.finished) {
      tracked.artifacts(run.folder, 'model');
      const curves = join(run.folder, 'learning-curves.png');
      // A finished training does not fail for want of a figure.
      await saveFigure(learningCurves(report.rows), curves).catch(() => {});
      tracked.artifacts(curves, 'figures');
    }
    return report;
  } finally {
    await tracked?.end(status);
  }
}

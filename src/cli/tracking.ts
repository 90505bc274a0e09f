/** Tracking shared by the commands that train; not a command itself. */
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
  'also track the run on an MLflow server (its URL; `npm run mlflow` starts one), or write a folder that MLflow reads',
).env('MLFLOW_TRACKING_URI');

export const EXPERIMENT = new Option('--experiment <name>', 'experiment name for --track')
  .env('MLFLOW_EXPERIMENT_NAME')
  .default('falconframes');

/**
 * Trains and, if the options ask for it, tracks the run from its first step: parameters, rows as they arrive and, at the end, the
 * model folder and a figure of the learning curves. A run rejected before its first step is not tracked.
 *
 * @param work trains, and calls its argument for every row
 */
export async function trainTracked<Report extends TrainingReport>(
  { track, experiment, resume }: TrackOptions,
  run: { command: string; folder: string; parameters: object },
  work: (onRow?: (rows: readonly MetricsRow[]) => void) => Promise<Report>,
): Promise<Report> {
  if (!track) return work();
  const destination = trackingAddress(track); // Checked before any work.
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
      // A finished training must not fail because its figure cannot be drawn.
      await saveFigure(learningCurves(report.rows), curves).catch(() => {});
      tracked.artifacts(curves, 'figures');
    }
    return report;
  } finally {
    await tracked?.end(status);
  }
}

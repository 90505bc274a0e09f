/** No command: what the commands that train have in common to be tracked. */
import { join } from 'node:path';
import { Option } from 'commander';
import { type MetricsRow, type RunStatus, type TrainingReport, trackTraining } from '../training';
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
 * Trains and, where the options say so, tracks the run: its parameters, its rows as they come and, when it is finished, the model
 * folder and a figure of its learning curves.
 *
 * @param work trains, and calls what it is given at every row
 */
export async function trainTracked(
  { track: address, experiment, resume }: TrackOptions,
  run: { command: string; folder: string; parameters: object },
  work: (onRow?: (rows: readonly MetricsRow[]) => void) => Promise<TrainingReport>,
): Promise<TrainingReport> {
  if (!address) return work();
  const tracked = trackTraining({ ...run, address, experiment, resume, notify: notice });
  let status: RunStatus = 'FAILED';
  try {
    const report = await work((rows) => tracked.row(rows[rows.length - 1]));
    status = report.finished ? 'FINISHED' : 'KILLED';
    if (report.finished) {
      tracked.artifacts(run.folder, 'model');
      const curves = join(run.folder, 'learning-curves.png');
      // A finished training does not fail for want of a figure.
      await saveFigure(learningCurves(report.rows), curves).catch(() => {});
      tracked.artifacts(curves, 'figures');
    }
    return report;
  } finally {
    await tracked.end(status);
  }
}

import { spawnSync } from 'node:child_process';
import { cpus, userInfo } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { projectRoot } from '../../foundation';
import { tensorflow, usesGpu } from '../../nn';
import type { MetricsRow } from '../metrics-log';
import { readRunId, writeRunId } from './run-id';
import { type RunDescription, type TrackedRun, trackRun } from './track-run';

export interface TrackedTraining extends TrackedRun {
  /** Records a row of `metrics.jsonl` as it is written. */
  row(row: MetricsRow): void;
}

export interface TrainingDescription extends Omit<RunDescription, 'name' | 'tags' | 'id'> {
  /** The command called, such as `falconframes train`. */
  command: string;
  /** The folder of the run, after which it is named. */
  folder: string;
  resume?: boolean;
}

/**
 * Starts tracking a training run; code, versions and device become tags. A resumed run continues under the id stored beside the
 * checkpoint.
 */
export function trackTraining({
  command,
  folder,
  resume = false,
  ...description
}: TrainingDescription): TrackedTraining {
  const idFile = join(folder, 'checkpoint', 'tracked-run.txt');
  const run = trackRun({
    ...description,
    name: basename(resolve(folder)),
    tags: { ...originTags(command), ...deviceTags() },
    id: resume ? readRunId(idFile, description.notify) : undefined,
  });
  writeRunId(idFile, run.id);
  return { ...run, row: (row) => run.metrics(rowMetrics(row), row.step) };
}

/** Returns the metrics in a row of `metrics.jsonl`, under names that MLflow groups; a class without gold mentions is left out. */
export function rowMetrics(row: MetricsRow): Record<string, number> {
  if (row.kind === 'step') {
    return {
      'train/loss': row.loss,
      'train/learning rate': row.learningRate,
      'train/gradient norm': row.gradientNorm,
      'train/tokens per second': row.tokensPerSecond,
    };
  }
  const known = Object.entries(row.f1 ?? {}).filter((entry): entry is [string, number] => entry[1] !== null);
  return {
    epoch: row.epoch,
    'dev/loss': row.loss,
    'dev/score': row.score,
    ...Object.fromEntries(known.map(([label, f1]) => [`dev/F1 ${label}`, f1])),
  };
}

/** Returns tags for the user, command and versions; names starting with `mlflow.` are shown on its pages. */
export function originTags(command: string): Record<string, string> {
  const { version } = require('../../../package.json') as { version: string };
  const git = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: projectRoot, encoding: 'utf8' });
  return {
    'mlflow.user': userInfo().username,
    'mlflow.source.name': command,
    'mlflow.source.type': 'LOCAL',
    ...(git.status === 0 && { 'mlflow.source.git.commit': git.stdout.trim() }),
    'falconframes version': version,
    'Node version': process.versions.node,
  };
}

function deviceTags(): Record<string, string> {
  const { binding } = tensorflow().backend() as unknown as { binding: { TF_Version: string } };
  return {
    'TensorFlow version': binding.TF_Version,
    device: usesGpu() ? 'GPU' : `CPU (${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores)`,
  };
}

/**
 * A trial of a search: no command, but the program that `falconframes search` starts for each. Trains a tagger and scores it; the
 * search learns from its score on the dev sentences alone.
 */

import type { Precision } from '../../nn';
import {
  answerTrial,
  completeConfiguration,
  fineTuneFiles,
  type TrainingConfiguration,
} from '../../training';
import { measure } from './metrics';

export interface TrialJob {
  trial: number;
  settings: Partial<TrainingConfiguration>;
  test: string[];
  /** Of the training sentences; a smaller share is part of a larger one. */
  share: number;
  /** Receives the model and metrics.jsonl. */
  folder: string;
  precision: Precision;
}

answerTrial<TrialJob>(async ({ trial, settings, test, share, folder, precision }) => {
  const place = `trial ${trial}`;
  const configuration = completeConfiguration(settings, place);
  const { bestScore, task } = await fineTuneFiles(configuration, { folder, place, precision, share });
  const parts = { test, val: configuration.dev };
  return { score: bestScore, metrics: await measure(task, folder, parts) };
});

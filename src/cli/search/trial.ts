/**
 * A trial of a search: not a command, but the program that `falconframes search` starts for each trial. Trains a tagger and scores
 * it; only the score on the dev sentences guides the search.
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
  /** Share of the training sentences; a smaller share is a subset of a larger one. */
  share: number;
  /** Output folder for the model and metrics.jsonl. */
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

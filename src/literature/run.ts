import { join, resolve } from 'node:path';
import { projectRoot } from '../foundation';
import { PROFILES, type Profile, type ProfileName } from './profiles';
import { readRunSettings } from './run-settings';

export const DATA_CHOICES = ['auto', 'sample', 'gold', 'europepmc'] as const;

/** Source of the sentences: `auto` is gold if available and the sample otherwise. */
export type DataChoice = (typeof DATA_CHOICES)[number];

/** One run through the notebooks, configured by environment variables. */
export interface Run {
  profileName: ProfileName;
  profile: Profile;
  data: DataChoice;
  seed: number;
  /** The output folder of every notebook, which the next one reads. */
  folder: string;
  files: {
    /** Articles and annotations as collected, and the sentences made from them. */
    collection: string;
    sentences: string;
    train: string;
    dev: string;
    /** One JSONL file per corpus. */
    test: string;
    model: string;
    /** The compressed models of notebook 5, one folder per step. */
    trimmed: string;
    pruned: string;
    distilled: string;
    fused: string;
    evaluation: string;
    /** The page for browsing errors on the test sentences. */
    evaluationPage: string;
    benchmark: string;
  };
}

/**
 * Returns the run of a notebook, from `FALCONFRAMES_PROFILE`, `FALCONFRAMES_DATA`, `FALCONFRAMES_SEED` and `FALCONFRAMES_OUT`. The
 * default, without any of them, is a quick run in `runs/notebooks`.
 */
export function currentRun(environment: NodeJS.ProcessEnv = process.env): Run {
  const { profileName, data, seed, out } = readRunSettings(PROFILES, DATA_CHOICES, environment);
  const folder = resolve(out ?? join(projectRoot, 'runs', 'notebooks'));
  return {
    profileName,
    profile: PROFILES[profileName],
    data,
    seed,
    folder,
    files: {
      collection: join(folder, 'collection'),
      sentences: join(folder, 'sentences'),
      train: join(folder, 'data', 'train.jsonl'),
      dev: join(folder, 'data', 'dev.jsonl'),
      test: join(folder, 'data', 'test'),
      model: join(folder, 'model'),
      trimmed: join(folder, 'compressed', 'trimmed'),
      pruned: join(folder, 'compressed', 'pruned'),
      distilled: join(folder, 'compressed', 'distilled'),
      fused: join(folder, 'compressed', 'fused'),
      evaluation: join(folder, 'evaluation.json'),
      evaluationPage: join(folder, 'evaluation.html'),
      benchmark: join(folder, 'benchmark'),
    },
  };
}

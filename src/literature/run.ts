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
    /** Gold corpora in the form of Europe PMC, where the run collects them. */
    replay: string;
    /** Articles and annotations as collected. */
    collection: string;
    /** The sentences made from them, and their three parts. */
    sentences: string;
    train: string;
    dev: string;
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
 * Returns the run of a notebook, from `FALCONFRAMES_PROFILE`, `FALCONFRAMES_DATA`, `FALCONFRAMES_SEED` and `FALCONFRAMES_OUT`. Without any of them
 * it is a quick run. Without a folder it is in one of its own in `runs/notebooks`, so that runs of different profiles, data or seeds do not mix.
 */
export function currentRun(environment: NodeJS.ProcessEnv = process.env): Run {
  const { profileName, data, seed, out } = readRunSettings(PROFILES, DATA_CHOICES, environment);
  const name = `${profileName}-${data}-seed-${seed}`;
  const folder = resolve(out ?? join(projectRoot, 'runs', 'notebooks', name));
  return {
    profileName,
    profile: PROFILES[profileName],
    data,
    seed,
    folder,
    files: {
      replay: join(folder, 'replay'),
      collection: join(folder, 'collection'),
      sentences: join(folder, 'sentences'),
      train: join(folder, 'sentences', 'train.jsonl'),
      dev: join(folder, 'sentences', 'dev.jsonl'),
      test: join(folder, 'sentences', 'test.jsonl'),
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

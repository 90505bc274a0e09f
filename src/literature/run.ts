import { join, resolve } from 'node:path';
import { InputError, projectRoot } from '../foundation';
import { PROFILES, type Profile, type ProfileName } from './profiles';

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
  const profileName = environment.FALCONFRAMES_PROFILE ?? 'quick';
  const data = environment.FALCONFRAMES_DATA ?? 'auto';
  const seed = Number(environment.FALCONFRAMES_SEED ?? 1);
  if (!(profileName in PROFILES)) {
    throw new InputError(
      `FALCONFRAMES_PROFILE is "${profileName}"; set it to one of ${Object.keys(PROFILES).join(', ')}`,
    );
  }
  if (!(DATA_CHOICES as readonly string[]).includes(data)) {
    throw new InputError(`FALCONFRAMES_DATA is "${data}"; set it to one of ${DATA_CHOICES.join(', ')}`);
  }
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new InputError(
      `FALCONFRAMES_SEED is "${environment.FALCONFRAMES_SEED}"; set it to a whole number of at least 0`,
    );
  }
  const folder = resolve(environment.FALCONFRAMES_OUT ?? join(projectRoot, 'runs', 'notebooks'));
  return {
    profileName: profileName as ProfileName,
    profile: PROFILES[profileName as ProfileName],
    data: data as DataChoice,
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

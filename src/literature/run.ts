import { join, resolve } from 'node:path';
import { InputError, projectRoot } from '../foundation';
import { PROFILES, type Profile, type ProfileName } from './profiles';

export const DATA_CHOICES = ['auto', 'sample', 'gold', 'europepmc'] as const;

/** Where sentences come from: `auto` is gold where it can be had and the sample otherwise. */
export type DataChoice = (typeof DATA_CHOICES)[number];

/** One passage through the notebooks, told to each of them by the environment. */
export interface Run {
  profileName: ProfileName;
  profile: Profile;
  data: DataChoice;
  seed: number;
  /** Where every notebook leaves what the next one needs. */
  folder: string;
  files: {
    /** Articles and annotations as collected, and the sentences made of them. */
    collection: string;
    sentences: string;
    train: string;
    dev: string;
    /** One JSONL file a corpus. */
    test: string;
    model: string;
    /** What notebook 5 makes of the model, a step a folder. */
    trimmed: string;
    pruned: string;
    distilled: string;
    fused: string;
    evaluation: string;
    /** Where the mistakes on the test sentences can be browsed. */
    evaluationPage: string;
    benchmark: string;
  };
}

/**
 * The run that a notebook belongs to, from `FALCONFRAMES_PROFILE`, `FALCONFRAMES_DATA`, `FALCONFRAMES_SEED` and
 * `FALCONFRAMES_OUT`. Stepping through the notebooks by hand, without any of them, is a quick run in `runs/notebooks`.
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
      `FALCONFRAMES_SEED is "${environment.FALCONFRAMES_SEED}"; set it to a whole number from 0 on`,
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

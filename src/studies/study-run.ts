import { join, resolve } from 'node:path';
import type { TextData } from '../corpora';
import { projectRoot } from '../foundation';
import { readRunSettings } from '../literature';

export const STUDY_NAMES = ['intent-compression', 'conll-probing', 'paper-topics', 'go-terms'] as const;
export type StudyName = (typeof STUDY_NAMES)[number];

export type StudyProfileName = 'smoke' | 'quick' | 'full';

export const STUDY_DATA = ['auto', 'sample', 'gold'] as const satisfies readonly TextData[];

/** One run of a study's notebook. */
export interface StudyRun<Profile> {
  name: StudyName;
  profileName: StudyProfileName;
  profile: Profile;
  data: TextData;
  /** The user's own copy of the study's data: an OBO file, or a folder of the Web of Science set, of CLINC150 or of CoNLL columns. */
  corpus?: string;
  seed: number;
  /** Everything that the study writes. */
  folder: string;
  /** Files for readers: tables, predictions, pages. */
  output: string;
}

/**
 * Returns the run of a study's notebook, from `FALCONFRAMES_PROFILE`, `FALCONFRAMES_DATA`, `FALCONFRAMES_CORPUS`, `FALCONFRAMES_SEED` and
 * `FALCONFRAMES_OUT`. Without any of them: a quick run in a folder of `runs/studies`, on real data where it is at hand.
 *
 * @throws InputError that names a variable with an unknown value
 */
export function currentStudy<Profile>(
  name: StudyName,
  profiles: Readonly<Record<StudyProfileName, Profile>>,
  environment: NodeJS.ProcessEnv = process.env,
): StudyRun<Profile> {
  const { profileName, data, seed, out } = readRunSettings(profiles, STUDY_DATA, environment);
  const folder = resolve(out ?? join(projectRoot, 'runs', 'studies', `${name}-${profileName}`));
  return {
    name,
    profileName,
    profile: profiles[profileName],
    data,
    corpus: environment.FALCONFRAMES_CORPUS || undefined,
    seed,
    folder,
    output: join(folder, 'output'),
  };
}

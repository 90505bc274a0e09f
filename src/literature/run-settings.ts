import { InputError } from '../foundation';

/** The settings of a run through notebooks, which reach their kernels as environment variables. */
export interface RunSettings<ProfileName extends string, DataChoice extends string> {
  profileName: ProfileName;
  data: DataChoice;
  seed: number;
  /** The folder of the run; by default the notebook chooses. */
  out?: string;
}

/**
 * Reads `FALCONFRAMES_PROFILE`, `FALCONFRAMES_DATA`, `FALCONFRAMES_SEED` and `FALCONFRAMES_OUT`; without them, a quick run on the data
 * at hand with seed 1.
 *
 * @throws InputError that names the variable and its allowed values
 */
export function readRunSettings<ProfileName extends string, DataChoice extends string>(
  profiles: Readonly<Record<ProfileName, unknown>>,
  dataChoices: readonly DataChoice[],
  environment: NodeJS.ProcessEnv = process.env,
): RunSettings<ProfileName, DataChoice> {
  const oneOf = <Choice extends string>(
    variable: string,
    choices: readonly Choice[],
    usual: string,
  ): Choice => {
    const given = environment[variable] ?? usual;
    const found = choices.find((choice) => choice === given);
    if (found === undefined)
      throw new InputError(`${variable} is "${given}"; set it to one of ${choices.join(', ')}`);
    return found;
  };
  const profileNames = Object.keys(profiles) as ProfileName[];
  const seed = Number(environment.FALCONFRAMES_SEED ?? 1);
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new InputError(
      `FALCONFRAMES_SEED is "${environment.FALCONFRAMES_SEED}"; set it to a whole number of at least 0`,
    );
  }
  return {
    profileName: oneOf('FALCONFRAMES_PROFILE', profileNames, 'quick'),
    data: oneOf('FALCONFRAMES_DATA', dataChoices, 'auto'),
    seed,
    out: environment.FALCONFRAMES_OUT,
  };
}

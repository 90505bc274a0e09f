import { InputError, type Random } from '../../foundation';

/** A value of a trial, as in JSON. */
export type Setting = string | number | null;

/** Possible values of a parameter; ranges include both ends. */
export type Range =
  | { choices: readonly Setting[] }
  | { uniform: readonly [low: number, high: number] }
  /** Uniform in the logarithm: as many trials from 1e-5 to 1e-4 as from 1e-4 to 1e-3. */
  | { logUniform: readonly [low: number, high: number] }
  | { integer: readonly [low: number, high: number] };

/** Parameters that a search varies, by name. */
export type Space = Readonly<Record<string, Range>>;

/** One value per parameter of a space. */
export type Values = Readonly<Record<string, Setting>>;

/** Draws values independently. */
export function drawValues(space: Space, random: Random): Values {
  return Object.fromEntries(Object.entries(space).map(([name, range]) => [name, drawFrom(range, random)]));
}

function drawFrom(range: Range, random: Random): Setting {
  if ('choices' in range) return range.choices[random.below(range.choices.length)];
  if ('integer' in range) {
    const [low, high] = range.integer;
    return low + random.below(high - low + 1);
  }
  if ('uniform' in range) {
    const [low, high] = range.uniform;
    return low + random.next() * (high - low);
  }
  const [low, high] = range.logUniform;
  return clamp(Math.exp(Math.log(low) + random.next() * Math.log(high / low)), low, high);
}

/** Keeps rounded values inside their range. */
export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** Maximum number of trials in a search; more would never finish. */
export const MOST_TRIALS = 100_000;

/**
 * Returns every combination of choices, with the last parameter changing fastest.
 *
 * @throws InputError if a parameter has a range, or there are too many combinations
 */
export function gridOf(space: Space): Values[] {
  const count = Object.values(space).reduce(
    (product, range) => product * ('choices' in range ? range.choices.length : 1),
    1,
  );
  if (count > MOST_TRIALS)
    throw new InputError(
      `the grid has ${count} combinations, more than the ${MOST_TRIALS} allowed in a search; give fewer choices, or use another sampler`,
    );
  return Object.entries(space).reduce<Values[]>(
    (combinations, [name, range]) => {
      if (!('choices' in range))
        throw new InputError(
          `a grid needs "choices" for every parameter, but "${name}" has a range; list its values, or use another sampler`,
        );
      return combinations.flatMap((values) => range.choices.map((choice) => ({ ...values, [name]: choice })));
    },
    [{}],
  );
}

import { InputError, type Random } from '../../foundation';

/** A value that a trial tries, as JSON has it. */
export type Setting = string | number | null;

/** What a parameter may be; both ends belong to a range. */
export type Range =
  | { choices: readonly Setting[] }
  | { uniform: readonly [low: number, high: number] }
  /** Uniform in the logarithm: as many trials from 1e-5 to 1e-4 as from 1e-4 to 1e-3. */
  | { logUniform: readonly [low: number, high: number] }
  | { integer: readonly [low: number, high: number] };

/** Parameters that a search varies, by name. */
export type Space = Readonly<Record<string, Range>>;

/** One value for each parameter of a space. */
export type Values = Readonly<Record<string, Setting>>;

/** Values drawn independently of one another. */
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

/** Rounding must lead no value out of its range. */
export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** Trials of one search; more would never finish. */
export const MOST_TRIALS = 100_000;

/**
 * Every combination of choices, the last parameter's changing fastest.
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
      `the grid has ${count} combinations, more than the ${MOST_TRIALS} that a search may have; give fewer choices, or take another sampler`,
    );
  return Object.entries(space).reduce<Values[]>(
    (combinations, [name, range]) => {
      if (!('choices' in range))
        throw new InputError(
          `a grid needs "choices" of every parameter, and "${name}" has a range; list its values, or take another sampler`,
        );
      return combinations.flatMap((values) => range.choices.map((choice) => ({ ...values, [name]: choice })));
    },
    [{}],
  );
}

import { InputError } from '../foundation';
import { CONFIDENCE, type Interval } from './bootstrap';
import { levelsOf, SEARCH_SETTINGS, type SearchRow } from './search-rows';
import { studentT } from './student-t';

/** One value of a setting against the first of its values (the smallest, or the one that comes first). */
export interface Contrast {
  setting: string;
  value: string | number;
  against: string | number;
}

/**
 * How far a score moves by one contrast, everything else equal (main effect); or by how much the first contrast moves it more
 * where the second is made as well (interaction). Null where the runs cannot tell, because other settings changed with it.
 */
export interface Effect {
  contrasts: readonly [Contrast] | readonly [Contrast, Contrast];
  estimate: number | null;
  /** 95%; null also where no run is left to tell chance by. */
  interval: Interval | null;
}

export interface Effects {
  /** Those whose score is known. */
  runs: number;
  main: Effect[];
  interactions: Effect[];
}

/**
 * Main effects and two-way interactions of settings on a score, by least squares over all runs: main effects in a model that
 * adds up one effect a contrast, each interaction in that model and its own products. In a complete grid a main effect is
 * the plain difference of two means and an interaction the difference of two such differences; in an incomplete grid other
 * settings are held equal as far as the runs allow.
 *
 * Intervals are Student's t intervals (estimate ± t · standard error). What the model leaves over, other interactions among
 * it, counts as chance, so they are rather too wide; that many of them are looked at together is not corrected for.
 *
 * @param score column of the score; rows without it are left out
 * @param settings columns that may vary; those with one value are left out
 */
export function searchEffects(
  rows: readonly SearchRow[],
  score: string,
  settings: readonly string[] = Object.keys(SEARCH_SETTINGS),
): Effects {
  if (rows.length > 0 && !rows.some((row) => score in row))
    throw new InputError(
      `the search has no column ${score}; give one of ${Object.keys(rows[0])
        .filter((name) => !settings.includes(name))
        .join(', ')}`,
    );
  const scored = rows.filter((row) => typeof row[score] === 'number');
  const values = scored.map((row) => row[score] as number);
  const factors = settings.map((setting) => indicatorsOf(scored, setting));
  const main = factors.flat();
  const constant = values.map(() => 1);
  const additive = [constant, ...main.map(({ column }) => column)];
  const mainEffects = main.map(({ contrast, column }) => ({
    contrasts: [contrast] as const,
    ...fit(column, additive, values),
  }));
  const interactions = factors.flatMap((first, index) =>
    factors.slice(index + 1).flatMap((second) => {
      const products = first.flatMap((one) =>
        second.map((other) => ({
          contrasts: [one.contrast, other.contrast] as const,
          column: one.column.map((value, run) => value * other.column[run]),
        })),
      );
      const columns = [...additive, ...products.map(({ column }) => column)];
      return products.map(({ contrasts, column }) => ({ contrasts, ...fit(column, columns, values) }));
    }),
  );
  return { runs: values.length, main: mainEffects, interactions };
}

/** For each value of a setting but the first: 1 in the runs that have it, else 0 // [values - 1][runs] */
function indicatorsOf(
  rows: readonly SearchRow[],
  setting: string,
): { contrast: Contrast; column: number[] }[] {
  const [against, ...others] = levelsOf(rows, setting);
  const without = rows.findIndex((row) => row[setting] == null);
  if (others.length > 0 && without >= 0)
    throw new InputError(
      `scored run ${without + 1} of the search has no ${setting}; give every run the settings it was done with`,
    );
  return others.map((value) => ({
    contrast: { setting, value, against },
    column: rows.map((row) => (row[setting] === value ? 1 : 0)),
  }));
}

/**
 * The coefficient of one column in a least-squares fit. It is found from what the other columns cannot explain of the column
 * (Frisch and Waugh 1933, Econometrica 1:387), which also says when there is nothing to tell it by.
 */
function fit(
  column: readonly number[],
  columns: readonly (readonly number[])[],
  values: readonly number[],
): Pick<Effect, 'estimate' | 'interval'> {
  const own = without(column, orthonormal(columns.filter((other) => other !== column)));
  const size = dot(own, own);
  if (size < TINY) return { estimate: null, interval: null };
  const estimate = dot(own, values) / size;
  const basis = orthonormal(columns);
  const degrees = values.length - basis.length;
  if (degrees < 1) return { estimate, interval: null };
  const left = without(values, basis);
  const reach = studentT(degrees, CONFIDENCE) * Math.sqrt(dot(left, left) / degrees / size);
  return { estimate, interval: [estimate - reach, estimate + reach] };
}

/** Columns hold zeros and ones: what is left of one is either of their order or a rounding error. */
const TINY = 1e-9;

/** Vectors of length 1, at right angles, that span the same as the columns (Gram and Schmidt). */
function orthonormal(columns: readonly (readonly number[])[]): number[][] {
  const basis: number[][] = [];
  for (const column of columns) {
    const rest = without(column, basis);
    const length = Math.sqrt(dot(rest, rest));
    if (length * length > TINY) basis.push(rest.map((value) => value / length));
  }
  return basis;
}

/** What is left of a vector when its parts along the basis are taken away. */
function without(vector: readonly number[], basis: readonly (readonly number[])[]): number[] {
  let rest = [...vector];
  for (const direction of basis) {
    const part = dot(rest, direction);
    rest = rest.map((value, index) => value - part * direction[index]);
  }
  return rest;
}

function dot(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, index) => sum + value * other[index], 0);
}

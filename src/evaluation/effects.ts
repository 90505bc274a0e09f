import { InputError } from '../foundation';
import { CONFIDENCE, type Interval } from './bootstrap';
import { levelsOf, SEARCH_SETTINGS, type SearchRow } from './search-rows';
import { studentT } from './student-t';

/** One value of a setting compared with its first value (the smallest, or the first to appear). */
export interface Contrast {
  setting: string;
  value: string | number;
  against: string | number;
}

/**
 * The change of a score by one contrast, everything else equal (main effect), or the additional change by the first contrast when
 * the second is present as well (interaction). Null if other settings are confounded with it.
 */
export interface Effect {
  contrasts: readonly [Contrast] | readonly [Contrast, Contrast];
  estimate: number | null;
  /** 95%; also null without residual degrees of freedom. */
  interval: Interval | null;
}

export interface Effects {
  /** Number of runs with a known score. */
  runs: number;
  main: Effect[];
  interactions: Effect[];
}

/**
 * Estimates main effects and two-way interactions of settings on a score by least squares over all runs: main effects in an
 * additive model with one effect per contrast, each interaction in that model plus its products. In a complete grid a main effect
 * is the difference of two means and an interaction the difference of two such differences; in an incomplete grid other settings
 * are held equal as far as the runs allow.
 *
 * Intervals are Student's t intervals (estimate ± t · standard error). Residuals include other interactions, so the intervals tend
 * to be too wide; they are not corrected for multiple comparisons.
 *
 * @param score column of the score; rows without a score are left out
 * @param settings columns of settings; those with one value are left out
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

/** Dummy coding: for each value of a setting but the first, 1 in the runs that have it, else 0 // [values - 1][runs] */
function indicatorsOf(
  rows: readonly SearchRow[],
  setting: string,
): { contrast: Contrast; column: number[] }[] {
  const [against, ...others] = levelsOf(rows, setting);
  const without = rows.findIndex((row) => row[setting] == null);
  if (others.length > 0 && without >= 0)
    throw new InputError(
      `scored run ${without + 1} of the search has no ${setting}; give every run its settings`,
    );
  return others.map((value) => ({
    contrast: { setting, value, against },
    column: rows.map((row) => (row[setting] === value ? 1 : 0)),
  }));
}

/**
 * The coefficient of one column in a least-squares fit, computed from the column's residual on the other columns (Frisch and Waugh
 * 1933, Econometrica 1:387), which also shows when it is not identified.
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

/** Columns contain zeros and ones: a residual is either of that order or a rounding error. */
const TINY = 1e-9;

/** Returns an orthonormal basis of the columns' span (Gram and Schmidt). */
function orthonormal(columns: readonly (readonly number[])[]): number[][] {
  const basis: number[][] = [];
  for (const column of columns) {
    const rest = without(column, basis);
    const length = Math.sqrt(dot(rest, rest));
    if (length * length > TINY) basis.push(rest.map((value) => value / length));
  }
  return basis;
}

/** Returns the residual of a vector after projection on the basis. */
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

import { createRandom } from '../foundation';
import { addRow, type Statistic } from './article-counts';

/** Lower and upper end of a confidence interval. */
export type Interval = [low: number, high: number];

export interface BootstrapOptions {
  /** 1,000 unless given. */
  resamples?: number;
  seed: number;
}

/** The share of intervals that hold the true value in the long run. */
export const CONFIDENCE = 0.95;

/**
 * Percentile bootstrap intervals (Efron 1979, Annals of Statistics 7:1; Efron and Tibshirani 1993, "An Introduction to the
 * Bootstrap"): articles are drawn with replacement, as many as there are, and each statistic is computed from the counts of
 * those drawn. All statistics see the same draws. Draws in which a statistic has no value (no gold mention of the class)
 * are left out. Null where fewer than two articles, or no draw, can tell.
 *
 * @param rows counts of each article // [articles][columns]
 */
export function bootstrapIntervals(
  rows: readonly Float64Array[],
  statistics: readonly Statistic[],
  options: BootstrapOptions,
): (Interval | null)[] {
  const columns = rows[0]?.length ?? 0;
  return bootstrapUnits(
    rows.length,
    columns,
    (sums, index) => addRow(sums, rows[index]),
    statistics,
    options,
  );
}

/**
 * The same over units, such as articles or texts, whose counts are added by a function: they may be few of many columns.
 *
 * @param add adds the counts of a unit to the sums // [columns]
 */
export function bootstrapUnits(
  units: number,
  columns: number,
  add: (sums: Float64Array, unit: number) => void,
  statistics: readonly Statistic[],
  { resamples = 1000, seed }: BootstrapOptions,
): (Interval | null)[] {
  if (units < 2) return statistics.map(() => null);
  const random = createRandom(seed);
  const drawn: number[][] = statistics.map(() => []);
  const sums = new Float64Array(columns);
  for (let resample = 0; resample < resamples; resample++) {
    sums.fill(0);
    for (let draw = 0; draw < units; draw++) add(sums, random.below(units));
    statistics.forEach((statistic, index) => {
      const value = statistic(sums);
      if (value !== null) drawn[index].push(value);
    });
  }
  return drawn.map((values) => (values.length === 0 ? null : percentileInterval(values)));
}

/** Order statistics, the outer neighbour where the percentile lies between two. */
function percentileInterval(values: number[]): Interval {
  const sorted = Float64Array.from(values).sort();
  const tail = (1 - CONFIDENCE) / 2;
  const last = sorted.length - 1;
  return [sorted[Math.floor(last * tail)], sorted[Math.ceil(last * (1 - tail))]];
}

import { createRandom } from '../foundation';
import { addRow, type Statistic } from './article-counts';

/** Lower and upper bound of a confidence interval. */
export type Interval = [low: number, high: number];

export interface BootstrapOptions {
  /** Default: 1,000. */
  resamples?: number;
  seed: number;
}

/** Nominal coverage: the long-run share of intervals that contain the true value. */
export const CONFIDENCE = 0.95;

/**
 * Percentile bootstrap intervals (Efron 1979, Annals of Statistics 7:1; Efron and Tibshirani 1993, "An Introduction to the
 * Bootstrap"): articles are drawn with replacement, as many as there are, and each statistic is computed from the summed counts of
 * the draw. All statistics use the same draws. Draws in which a statistic is undefined (no gold mention of the class) are
 * excluded. Null with fewer than two articles, or if no draw has a value.
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
 * Bootstrap intervals over units, such as articles or texts, whose counts are added by a function, which suits sparse counts.
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

/** Returns order statistics, the outer neighbour if the percentile lies between two. */
function percentileInterval(values: number[]): Interval {
  const sorted = Float64Array.from(values).sort();
  const tail = (1 - CONFIDENCE) / 2;
  const last = sorted.length - 1;
  return [sorted[Math.floor(last * tail)], sorted[Math.ceil(last * (1 - tail))]];
}

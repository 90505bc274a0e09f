import { createRandom } from '../foundation';
import { addRow, type Statistic } from './article-counts';

export interface PermutationOptions {
  /** Default: 1,000; the smallest p is 1 / (permutations + 1). */
  permutations?: number;
  seed: number;
}

/**
 * Paired, two-sided approximate randomization test between two systems on the same articles (Noreen 1989, "Computer-Intensive
 * Methods for Testing Hypotheses"; Yeh 2000, COLING, for F1): under the null hypothesis, each article's two results are
 * exchangeable. Each permutation swaps the results of every article with probability 1/2; p is the share of permutations, the
 * observed one included, whose difference is at least as large as the observed one. All statistics use the same permutations.
 * Null if a statistic is undefined.
 *
 * @param one counts of the first system // [articles][columns]
 * @param other counts of the second system on the same articles, in the same order // [articles][columns]
 */
export function permutationTest(
  one: readonly Float64Array[],
  other: readonly Float64Array[],
  statistics: readonly Statistic[],
  options: PermutationOptions,
): (number | null)[] {
  if (one.length !== other.length)
    throw new Error(`${one.length} articles against ${other.length}: a paired test needs the same number`);
  return permuteUnits(
    one.length,
    one[0]?.length ?? 0,
    (sums, article) => addRow(sums, one[article]),
    (sums, article) => addRow(sums, other[article]),
    statistics,
    options,
  );
}

/**
 * The permutation test over units, such as articles or texts, whose counts are added by functions, which suits sparse counts.
 *
 * @param addOne adds the first system's counts of a unit to the sums // [columns]
 * @param addOther the same for the second system
 */
export function permuteUnits(
  units: number,
  columns: number,
  addOne: (sums: Float64Array, unit: number) => void,
  addOther: (sums: Float64Array, unit: number) => void,
  statistics: readonly Statistic[],
  { permutations = 1000, seed }: PermutationOptions,
): (number | null)[] {
  const random = createRandom(seed);
  const distance = (sums: Float64Array, others: Float64Array) =>
    statistics.map((statistic) => {
      const [value, against] = [statistic(sums), statistic(others)];
      return value === null || against === null ? null : Math.abs(value - against);
    });
  const left = new Float64Array(columns);
  const right = new Float64Array(columns);
  for (let unit = 0; unit < units; unit++) {
    addOne(left, unit);
    addOther(right, unit);
  }
  const real = distance(left, right);
  const asLarge = statistics.map(() => 1);
  for (let permutation = 0; permutation < permutations; permutation++) {
    left.fill(0);
    right.fill(0);
    for (let unit = 0; unit < units; unit++) {
      const swap = random.next() < 0.5;
      addOne(swap ? right : left, unit);
      addOther(swap ? left : right, unit);
    }
    distance(left, right).forEach((value, index) => {
      if (value !== null && value >= (real[index] ?? 0)) asLarge[index]++;
    });
  }
  return real.map((value, index) => (value === null ? null : asLarge[index] / (permutations + 1)));
}

/**
 * Corrects p-values for multiple comparisons (Holm 1979, Scand. J. Statist. 6:65): if all differences are zero, the probability
 * that any corrected value is below 0.05 is at most 0.05. Skips nulls.
 */
export function holm(values: readonly (number | null)[]): (number | null)[] {
  const ordered = values
    .map((p, index) => ({ p, index }))
    .filter((entry): entry is { p: number; index: number } => entry.p !== null)
    .sort((one, other) => one.p - other.p);
  const corrected: (number | null)[] = values.map(() => null);
  let largest = 0;
  ordered.forEach(({ p, index }, rank) => {
    largest = Math.max(largest, Math.min(1, p * (ordered.length - rank)));
    corrected[index] = largest;
  });
  return corrected;
}

import { byLabel, InputError } from '../foundation';
import {
  type ArticleCounts,
  f1Statistics,
  goldMentions,
  knownTokens,
  type Statistic,
  sumRows,
} from './article-counts';
import { type BootstrapOptions, bootstrapIntervals, type Interval } from './bootstrap';
import { holm, permutationTest } from './permutation';

/** Difference of two models' F1 or accuracy, with interval and p-value. */
export interface Difference {
  /** Positive if the first model is better. */
  difference: number;
  /** 95% interval of the difference, with the same draws of articles (or texts) for both models. */
  interval: Interval | null;
  /** Paired permutation test over articles (or texts); Holm-corrected over the classes, where there are several. */
  p: number;
}

/** F1 differences of two models on the same sentences; null for classes without gold mentions. */
export interface ModelComparison {
  meanF1: Difference | null;
  spans: Record<string, Difference | null>;
  /** All null if the two models tokenize the sentences differently, so that their counts are not comparable. */
  tokens: Record<string, Difference | null>;
}

/** Significance level. */
export const SIGNIFICANCE = 0.05;

/**
 * Compares two models by strict span F1 and token F1, from their counts on the same sentences.
 *
 * @throws InputError if the articles or their gold mentions differ between the two
 */
export function compareModels(
  first: ArticleCounts,
  second: ArticleCounts,
  { resamples, seed }: BootstrapOptions,
): ModelComparison {
  const { labels } = first;
  if (labels.join('\n') !== second.labels.join('\n'))
    throw new InputError(
      `the two models have different labels (${labels.join(', ')} and ${second.labels.join(', ')}); compare models with the same labels`,
    );
  const alike = (sizesOf: (labels: readonly string[], row: Float64Array) => number[]) =>
    first.rows.every(
      (row, article) => sizesOf(labels, row).join() === sizesOf(labels, second.rows[article]).join(),
    );
  if (first.articles.join('\n') !== second.articles.join('\n') || !alike(goldMentions))
    throw new InputError(
      'the two models were scored on different sentences; score both on the same sentences',
    );
  const sameTokens = alike(knownTokens);
  const statistics = f1Statistics(labels);
  const values = permutationTest(first.rows, second.rows, statistics, { permutations: resamples, seed });
  const classes = labels.length;
  const corrected = [values[0], ...holm(values.slice(1, 1 + classes)), ...holm(values.slice(1 + classes))];
  // Both models' counts in one row, so that both use the same draws of articles.
  const columns = first.rows[0]?.length ?? 0;
  const pairs = first.rows.map((row, article) => Float64Array.of(...row, ...second.rows[article]));
  const differences = statistics.map((statistic) => differenceOf(statistic, columns));
  const intervals = bootstrapIntervals(pairs, differences, { resamples, seed });
  const total = sumRows(pairs);
  const results = differences.map((statistic, index) =>
    differenceWith(statistic(total), intervals[index], corrected[index]),
  );
  return {
    meanF1: results[0],
    spans: byLabel(labels, (_, index) => results[1 + index]),
    tokens: byLabel(labels, (_, index) => (sameTokens ? results[1 + classes + index] : null)),
  };
}

/** Null if the difference is undefined. */
export function differenceWith(
  difference: number | null,
  interval: Interval | null,
  p: number | null,
): Difference | null {
  return difference === null || p === null ? null : { difference, interval, p };
}

/** The first model's score minus the second's, from the counts of both in one row // [2 * columns] */
export function differenceOf(statistic: Statistic, columns: number): Statistic {
  return (sums) => {
    const [one, other] = [statistic(sums.subarray(0, columns)), statistic(sums.subarray(columns))];
    return one === null || other === null ? null : one - other;
  };
}

/** Returns whether the first model is significantly better or worse. */
export function verdict({ difference, p }: Difference): 'better' | 'worse' | 'not settled' {
  if (p >= SIGNIFICANCE) return 'not settled';
  return difference > 0 ? 'better' : 'worse';
}

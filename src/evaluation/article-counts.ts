import type { Sentence, Span } from '../foundation';
import {
  countSpans,
  countTokens,
  f1Of,
  mean,
  noSpanCounts,
  type SpanCounts,
  type TokenOutcomes,
} from '../tasks';
import { type Threshold, thresholdOf } from '../tokenization';

/**
 * Counts from which scores are computed, one row per article. Sentences of one article are not independent (author, topic,
 * repeated mentions), so intervals and tests resample whole articles.
 */
export interface ArticleCounts {
  labels: readonly string[];
  articles: string[];
  /** Hits, predicted and gold spans of each label, then four token counts of each label // [articles][columns] */
  rows: Float64Array[];
}

/** A score as a function of counts summed over articles // [columns]; null if the denominator is 0. */
export type Statistic = (sums: Float64Array) => number | null;

const SPAN_COLUMNS = 3;
const TOKEN_COLUMNS = 4;
const firstTokenColumn = (labels: readonly string[]) => SPAN_COLUMNS * labels.length;

/** @param predicted one list per sentence, in the order of `gold` @param outcomes of every label, in label order */
export function countByArticle(
  gold: readonly Sentence[],
  predicted: readonly (readonly Span[])[],
  outcomes: Readonly<Record<string, TokenOutcomes>>,
  threshold: Threshold,
): ArticleCounts {
  const labels = Object.keys(outcomes);
  const articles = [...new Set(gold.map(({ article }) => article))];
  const spans = new Map(
    articles.map((article) => [article, new Map(labels.map((label) => [label, noSpanCounts()]))]),
  );
  const uncounted: SpanCounts = noSpanCounts();
  countSpans(gold, predicted, ({ label }, { article }) => spans.get(article)!.get(label) ?? uncounted);
  const rows = new Map(
    articles.map((article) => {
      const row = new Float64Array((SPAN_COLUMNS + TOKEN_COLUMNS) * labels.length);
      labels.forEach((label, index) => {
        const { hits, predicted: found, gold: right } = spans.get(article)!.get(label)!;
        row.set([hits, found, right], index * SPAN_COLUMNS);
      });
      return [article, row];
    }),
  );
  labels.forEach((label, index) => {
    const column = firstTokenColumn(labels) + index * TOKEN_COLUMNS;
    let first = 0;
    gold.forEach(({ article }, sentence) => {
      const last = outcomes[label].ends[sentence];
      const row = rows.get(article)!;
      countTokens(outcomes[label], thresholdOf(threshold, label), first, last).forEach((count, kind) => {
        row[column + kind] += count;
      });
      first = last;
    });
  });
  return { labels, articles, rows: [...rows.values()] };
}

/** Strict span F1 of one label. @param labels of the counts */
export function spanF1(labels: readonly string[], label: string): Statistic {
  const column = labels.indexOf(label) * SPAN_COLUMNS;
  return (sums) => f1Of(sums[column], sums[column + 1], sums[column + 2]);
}

/** Mean strict span F1 over the labels with gold mentions. */
export function meanSpanF1(labels: readonly string[]): Statistic {
  const statistics = labels.map((label) => spanF1(labels, label));
  return (sums) => mean(statistics.map((statistic) => statistic(sums)));
}

/** Token F1 of one label. */
export function tokenF1(labels: readonly string[], label: string): Statistic {
  const column = firstTokenColumn(labels) + labels.indexOf(label) * TOKEN_COLUMNS;
  return (sums) => {
    const [, falsePositives, falseNegatives, truePositives] = sums.subarray(column, column + TOKEN_COLUMNS);
    return f1Of(truePositives, truePositives + falsePositives, truePositives + falseNegatives);
  };
}

/** Mean span F1, then span F1 of every label, then token F1 of every label. */
export const f1Statistics = (labels: readonly string[]): Statistic[] => [
  meanSpanF1(labels),
  ...labels.map((label) => spanF1(labels, label)),
  ...labels.map((label) => tokenF1(labels, label)),
];

/** Gold mentions of each label in an article, from its row // [labels] */
export function goldMentions(labels: readonly string[], row: Float64Array): number[] {
  return labels.map((_, index) => row[index * SPAN_COLUMNS + 2]);
}

/** Tokens of the sentences annotated for each label, from an article's row // [labels] */
export function knownTokens(labels: readonly string[], row: Float64Array): number[] {
  return labels.map((_, index) => {
    const column = firstTokenColumn(labels) + index * TOKEN_COLUMNS;
    return row.subarray(column, column + TOKEN_COLUMNS).reduce((sum, count) => sum + count, 0);
  });
}

export function sumRows(rows: readonly Float64Array[]): Float64Array {
  const sums = new Float64Array(rows[0]?.length ?? 0);
  for (const row of rows) addRow(sums, row);
  return sums;
}

export function addRow(sums: Float64Array, row: Float64Array): void {
  for (let column = 0; column < sums.length; column++) sums[column] += row[column];
}

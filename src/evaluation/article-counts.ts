import { ENTITY_CLASSES, type Sentence, type Span } from '../foundation';
import { countSpans, countTokens, f1Of, mean, noSpanCounts, type TokenOutcomes } from '../tasks';
import { type Threshold, thresholdOf } from '../tokenization';

/**
 * Counts that scores are computed from, one row an article. Sentences of one article are alike in ways that count (author,
 * topic, the same mention again), so intervals and tests draw whole articles.
 */
export interface ArticleCounts {
  articles: string[];
  /** Hits, predicted and gold spans of each class, then four token counts of each class // [articles][columns] */
  rows: Float64Array[];
}

/** A score as a function of counts added up over articles // [columns]; null where it has nothing to divide by. */
export type Statistic = (sums: Float64Array) => number | null;

const SPAN_COLUMNS = 3;
const TOKEN_COLUMNS = 4;
const CLASSES = ENTITY_CLASSES.length;
const FIRST_TOKEN_COLUMN = SPAN_COLUMNS * CLASSES;

/** @param predicted one list a sentence, in the order of `gold` */
export function countByArticle(
  gold: readonly Sentence[],
  predicted: readonly (readonly Span[])[],
  outcomes: Readonly<Record<string, TokenOutcomes>>,
  threshold: Threshold,
): ArticleCounts {
  const articles = [...new Set(gold.map(({ article }) => article))];
  const spans = new Map(articles.map((article) => [article, noSpanCounts()]));
  countSpans(gold, predicted, ({ label }, { article }) => spans.get(article)![label]);
  const rows = new Map(
    articles.map((article) => {
      const row = new Float64Array(FIRST_TOKEN_COLUMN + TOKEN_COLUMNS * CLASSES);
      ENTITY_CLASSES.forEach((label, index) => {
        const { hits, predicted: found, gold: right } = spans.get(article)![label];
        row.set([hits, found, right], index * SPAN_COLUMNS);
      });
      return [article, row];
    }),
  );
  ENTITY_CLASSES.forEach((label, index) => {
    const column = FIRST_TOKEN_COLUMN + index * TOKEN_COLUMNS;
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
  return { articles, rows: [...rows.values()] };
}

/** Strict span F1 of one class. */
export function spanF1(label: string): Statistic {
  const column = ENTITY_CLASSES.indexOf(label) * SPAN_COLUMNS;
  return (sums) => f1Of(sums[column], sums[column + 1], sums[column + 2]);
}

/** Mean strict span F1 over the classes with gold mentions. */
export const meanSpanF1: Statistic = (sums) => mean(SPAN_STATISTICS.map((statistic) => statistic(sums)));

const SPAN_STATISTICS = ENTITY_CLASSES.map(spanF1);

/** Token F1 of one class. */
export function tokenF1(label: string): Statistic {
  const column = FIRST_TOKEN_COLUMN + ENTITY_CLASSES.indexOf(label) * TOKEN_COLUMNS;
  return (sums) => {
    const [, falsePositives, falseNegatives, truePositives] = sums.subarray(column, column + TOKEN_COLUMNS);
    return f1Of(truePositives, truePositives + falsePositives, truePositives + falseNegatives);
  };
}

/** Gold mentions of each class in an article, from its row // [classes] */
export function goldMentions(row: Float64Array): number[] {
  return ENTITY_CLASSES.map((_, index) => row[index * SPAN_COLUMNS + 2]);
}

/** Tokens of the sentences that know a class, for each class, from an article's row // [classes] */
export function knownTokens(row: Float64Array): number[] {
  return ENTITY_CLASSES.map((_, index) => {
    const column = FIRST_TOKEN_COLUMN + index * TOKEN_COLUMNS;
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

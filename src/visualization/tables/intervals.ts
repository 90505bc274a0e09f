import {
  type Difference,
  type detailCorpora,
  type Interval,
  type ModelComparison,
  verdict,
} from '../../evaluation';
import { byLabel } from '../../foundation';
import type { Row } from '../notebook/show-table';

/** A published score for comparison with ours. */
export interface PublishedScore {
  /** Name of the corpus in this library, or in words. */
  corpus: string;
  system: string;
  /** What the score covers. */
  classes: string;
  /** `F1` if the source does not state the matching criterion. */
  measure: 'strict F1' | 'token F1' | 'F1';
  f1: number;
  source: string;
  /** Where the figure was read: in the source itself or in tables of others. */
  checked: 'in the source' | 'second-hand';
  /** Why it is not directly comparable. */
  differs: string;
}

export type Details = ReturnType<typeof detailCorpora>;

/** Strict span F1 and token F1 with their 95% intervals, one row per corpus and label with gold mentions. */
export function intervalTable(details: Details): Row[] {
  return Object.entries(details).flatMap(([corpus, { spans, tokens, intervals, articles }]) =>
    Object.keys(spans)
      .filter((label) => spans[label].support > 0)
      .map((label) => ({
        ...{ corpus, label, articles, 'gold mentions': spans[label].support },
        'strict F1': spans[label].f1,
        'strict F1, 95% interval': formatInterval(intervals.spans[label]),
        'token F1': tokens[label].f1,
        'token F1, 95% interval': formatInterval(intervals.tokens[label]),
      })),
  );
}

/** F1 of each label. */
export const f1Of = (
  scores: Readonly<Record<string, { f1: number | null }>>,
): Record<string, number | null> => byLabel(Object.keys(scores), (label) => scores[label].f1);

/**
 * Published scores beside ours on the same corpus, with source and differences in setup.
 *
 * @param own F1 by corpus and label; of a row for one label, that one is shown
 */
export function publishedTable(
  published: readonly PublishedScore[],
  own: Readonly<Record<string, Readonly<Record<string, number | null>>>>,
): Row[] {
  return published.map(({ corpus, system, classes, measure, f1, source, checked, differs }) => {
    const known = own[corpus] ?? {};
    const ours = Object.entries(known).flatMap(([label, score]) =>
      score === null || (classes in known && label !== classes) ? [] : `${label} ${score.toFixed(2)}`,
    );
    return {
      ...{
        corpus,
        system,
        'scored on': classes,
        measure,
        F1: f1,
        ours: ours.join(', ') || 'n/a',
      },
      ...{ source: `${source} (${checked})`, 'what differs': differs },
    };
  });
}

/** Compares two models by label: difference, interval and significance. */
export function comparisonTable({ meanF1, spans, tokens }: ModelComparison): Row[] {
  const row = (what: string, difference: Difference | null): Row => ({
    score: what,
    'first minus second': difference?.difference ?? null,
    '95% interval': formatInterval(difference?.interval ?? null),
    p: difference?.p ?? null,
    'the first is': difference ? verdict(difference) : 'n/a',
  });
  return [
    row('mean strict F1', meanF1),
    ...Object.keys(spans).map((label) => row(`${label}, strict F1`, spans[label])),
    ...Object.keys(tokens).map((label) => row(`${label}, token F1`, tokens[label])),
  ];
}

/** Formats "0.61 to 0.68", or n/a without an interval. */
export function formatInterval(interval: Interval | null): string {
  return interval ? interval.map((end) => end.toFixed(2).replace('-', '−')).join(' to ') : 'n/a';
}

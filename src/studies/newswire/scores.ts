import { bootstrapUnits, type Interval } from '../../evaluation';
import type { Sentence, Span } from '../../foundation';
import { countSpans, f1Of, noSpanCounts, type SpanCounts } from '../../tasks';
import type { BarSeries, Row } from '../../visualization';
import { withInterval } from '../tables';
import { spansOfTags } from './word-tags';

/** Strict F1 over words with its interval for the choice of texts. */
export interface MentionScore {
  label: string;
  precision: number | null;
  recall: number | null;
  /** Null without gold mentions. */
  f1: number | null;
  interval: Interval | null;
  /** Gold mentions. */
  support: number;
}

/** The last row, of all labels together. */
export const ALL = 'all';

/** With fewer documents, sentences are drawn: resampling three documents says nothing. */
const FEWEST_DOCUMENTS = 20;

/** What is drawn for the interval of some sentences: documents, if there are enough and they have more than a sentence each. */
export function drawnUnits(gold: readonly Sentence[]): 'documents' | 'sentences' {
  const documents = new Set(gold.map(({ article }) => article)).size;
  return documents >= FEWEST_DOCUMENTS && documents < gold.length ? 'documents' : 'sentences';
}

/**
 * Strict scores of each label and of all together, with 95 % bootstrap intervals over documents, or over sentences of few documents.
 *
 * @param predicted one list per sentence // [sentences]
 * @param seed of the bootstrap
 */
export function scoreMentions(
  gold: readonly Sentence[],
  predicted: readonly (readonly Span[])[],
  labels: readonly string[],
  seed: number,
): MentionScore[] {
  const ofDocuments = drawnUnits(gold) === 'documents';
  const unitOf = (sentence: Sentence, index: number) => (ofDocuments ? sentence.article : String(index));
  const units = new Map<string, Map<string, SpanCounts>>();
  gold.forEach((sentence, index) => {
    units.set(unitOf(sentence, index), new Map(labels.map((label) => [label, noSpanCounts()])));
  });
  const uncounted = noSpanCounts();
  countSpans(
    gold,
    predicted,
    ({ label }, sentence, index) => units.get(unitOf(sentence, index))!.get(label) ?? uncounted,
  );
  const rows = [...units.values()].map((counts) =>
    Float64Array.from(
      labels.flatMap((label) => {
        const { hits, predicted: found, gold: right } = counts.get(label)!;
        return [hits, found, right];
      }),
    ),
  );
  const columns = 3 * labels.length;
  const sumsOf = (sums: Float64Array, places: readonly number[]) =>
    [0, 1, 2].map((column) => places.reduce((sum, place) => sum + sums[3 * place + column], 0));
  const all = labels.map((_, index) => index);
  const groups: [string, number[]][] = [
    ...labels.map((label, index): [string, number[]] => [label, [index]]),
    [ALL, all],
  ];
  const add = (sums: Float64Array, unit: number) => {
    for (let column = 0; column < columns; column++) sums[column] += rows[unit][column];
  };
  const intervals = bootstrapUnits(
    rows.length,
    columns,
    add,
    groups.map(([, places]) => (sums: Float64Array) => {
      const [hits, found, right] = sumsOf(sums, places);
      return f1Of(hits, found, right);
    }),
    { seed },
  );
  const total = new Float64Array(columns);
  rows.forEach((_, unit) => {
    add(total, unit);
  });
  return groups.map(([label, places], index) => {
    const [hits, found, right] = sumsOf(total, places);
    return {
      label,
      precision: found === 0 ? null : hits / found,
      recall: right === 0 ? null : hits / right,
      f1: f1Of(hits, found, right),
      interval: intervals[index],
      support: right,
    };
  });
}

/** Scores of tags of words, as they come from a tagger // [sentences][words] */
export const scoreTags = (
  gold: readonly Sentence[],
  tags: readonly (readonly string[])[],
  labels: readonly string[],
  seed: number,
): MentionScore[] =>
  scoreMentions(
    gold,
    tags.map((own, index) => spansOfTags(gold[index], own)),
    labels,
    seed,
  );

/** F1 of all labels together; 0 without gold mentions. */
export const microF1 = (scores: readonly MentionScore[]): number => scores[scores.length - 1].f1 ?? 0;

/** F1 of all labels together on several sets, for `groupedBars`. */
export const f1Bars = (name: string, sets: Readonly<Record<string, readonly MentionScore[]>>): BarSeries => ({
  name,
  values: Object.fromEntries(Object.entries(sets).map(([set, scores]) => [set, microF1(scores)])),
});

/** One row per label, in percent, and the mean of the labels. */
export const mentionRows = (scores: readonly MentionScore[]): Row[] => {
  const known = scores.slice(0, -1).flatMap(({ f1 }) => (f1 === null ? [] : [f1]));
  const mean = known.reduce((sum, f1) => sum + f1, 0) / known.length;
  return [
    ...scores.map(mentionRow),
    {
      label: 'mean of the labels',
      'precision (%)': null,
      'recall (%)': null,
      'F1 (%), 95% interval': known.length === 0 ? 'no mention' : (100 * mean).toFixed(1),
      mentions: null,
    },
  ];
};

const mentionRow = ({ label, precision, recall, f1, interval, support }: MentionScore): Row => ({
  label,
  'precision (%)': precision === null ? null : 100 * precision,
  'recall (%)': recall === null ? null : 100 * recall,
  'F1 (%), 95% interval': f1 === null ? 'no mention' : withInterval(f1, interval),
  mentions: support,
});

/** F1 of some labels on several sets as one row per set. @param sets scores by the name of the set */
export const setRows = (
  sets: Readonly<Record<string, readonly MentionScore[]>>,
  labels: readonly string[],
): Row[] =>
  Object.entries(sets).map(([set, scores]) => {
    const of = (label: string) => scores.find((score) => score.label === label);
    const all = scores[scores.length - 1];
    return {
      set,
      'F1 (%), 95% interval': all.f1 === null ? 'no mention' : withInterval(all.f1, all.interval),
      'recall (%)': all.recall === null ? null : 100 * all.recall,
      ...Object.fromEntries(
        labels.map((label): [string, number | null] => {
          const f1 = of(label)?.f1 ?? null;
          return [`${label} (%)`, f1 === null ? null : 100 * f1];
        }),
      ),
      mentions: all.support,
    };
  });

/** Leaves out predictions that overlap an entity of a type without counterpart: they are neither right nor wrong // [sentences] */
export const withoutMasked = <T extends Span>(
  predicted: readonly (readonly T[])[],
  masked: readonly (readonly Span[])[],
): T[][] =>
  predicted.map((spans, index) =>
    spans.filter(({ start, end }) => !masked[index].some((one) => one.start < end && one.end > start)),
  );

/** The 95 % bootstrap interval of a share of hits, drawn over units, such as sentences, whose hits are not independent. */
export function shareInterval(
  hits: readonly (readonly [unit: string | number, hit: number])[],
  seed: number,
): Interval | null {
  const units = new Map<string | number, [hits: number, all: number]>();
  for (const [unit, hit] of hits) {
    const [right, all] = units.get(unit) ?? [0, 0];
    units.set(unit, [right + hit, all + 1]);
  }
  const rows = [...units.values()];
  const add = (sums: Float64Array, unit: number) => {
    sums[0] += rows[unit][0];
    sums[1] += rows[unit][1];
  };
  const [interval] = bootstrapUnits(rows.length, 2, add, [([right, all]) => right / all], { seed });
  return interval;
}

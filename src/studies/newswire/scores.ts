import { bootstrapIntervals, bootstrapUnits, type Interval, sumRows } from '../../evaluation';
import type { Sentence, Span } from '../../foundation';
import { countSpans, f1Of, noSpanCounts, type SpanCounts } from '../../tasks';
import type { BarSeries, Row } from '../../visualization';
import { withInterval } from '../tables';
import { spansOfTags } from './word-tags';

/** Scores of mentions, whose label and both borders must be right, with intervals for the choice of texts. */
export interface MentionScore {
  label: string;
  precision: number | null;
  recall: number | null;
  recallInterval: Interval | null;
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
 * Scores of each label and of all together, with 95 % bootstrap intervals over documents, or over sentences of few documents.
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
  const rows = countsOfUnits(gold, predicted, labels);
  const groups = [
    ...labels.map((label, index) => ({ label, places: [index] })),
    { label: ALL, places: [...labels.keys()] },
  ];
  const statistics = groups.flatMap(({ places }) => [
    (sums: Float64Array) => f1Of(...sumsOf(sums, places)),
    (sums: Float64Array) => recallOf(...sumsOf(sums, places)),
  ]);
  const intervals = bootstrapIntervals(rows, statistics, { seed });
  const total = rows.length > 0 ? sumRows(rows) : new Float64Array(3 * labels.length);
  return groups.map(({ label, places }, index) => {
    const [hits, found, right] = sumsOf(total, places);
    return {
      label,
      precision: found === 0 ? null : hits / found,
      recall: recallOf(hits, found, right),
      recallInterval: intervals[2 * index + 1],
      f1: f1Of(hits, found, right),
      interval: intervals[2 * index],
      support: right,
    };
  });
}

/** Hits, predictions and gold mentions of each label in turn, one row per unit that the bootstrap draws // [units][3 * labels] */
function countsOfUnits(
  gold: readonly Sentence[],
  predicted: readonly (readonly Span[])[],
  labels: readonly string[],
): Float64Array[] {
  const ofDocuments = drawnUnits(gold) === 'documents';
  const unitOf = (sentence: Sentence, index: number) => (ofDocuments ? sentence.article : String(index));
  const units = new Map<string, Map<string, SpanCounts>>();
  for (const unit of new Set(gold.map(unitOf)))
    units.set(unit, new Map(labels.map((label) => [label, noSpanCounts()])));
  const uncounted = noSpanCounts();
  countSpans(
    gold,
    predicted,
    ({ label }, sentence, index) => units.get(unitOf(sentence, index))!.get(label) ?? uncounted,
  );
  return [...units.values()].map((counts) =>
    Float64Array.from(
      labels.flatMap((label) => {
        const { hits, predicted: found, gold: right } = counts.get(label)!;
        return [hits, found, right];
      }),
    ),
  );
}

/** Hits, predictions and gold mentions of some labels. @param offset of their columns */
const sumsOf = (sums: Float64Array, places: readonly number[], offset = 0): [number, number, number] => {
  const sum = (column: number) =>
    places.reduce((total, place) => total + sums[offset + 3 * place + column], 0);
  return [sum(0), sum(1), sum(2)];
};

const recallOf = (hits: number, _: number, gold: number): number | null => (gold === 0 ? null : hits / gold);

/** A difference of two shares with its 95 % interval. */
export interface Difference {
  difference: number;
  interval: Interval | null;
}

/** F1 of one tagger minus that of another on the same sentences; the interval is of the paired bootstrap: both are drawn together. */
export function compareF1(
  gold: readonly Sentence[],
  one: readonly (readonly Span[])[],
  other: readonly (readonly Span[])[],
  labels: readonly string[],
  seed: number,
): Difference {
  const width = 3 * labels.length;
  const [ofOne, ofOther] = [one, other].map((predicted) => countsOfUnits(gold, predicted, labels));
  const rows = ofOne.map((row, unit) => Float64Array.from([...row, ...ofOther[unit]]));
  const places = [...labels.keys()];
  const difference = (sums: Float64Array) =>
    (f1Of(...sumsOf(sums, places)) ?? 0) - (f1Of(...sumsOf(sums, places, width)) ?? 0);
  const [interval] = bootstrapIntervals(rows, [difference], { seed });
  return { difference: rows.length > 0 ? difference(sumRows(rows)) : 0, interval };
}

/**
 * Difference of two F1 on different texts, by the square-and-add method: its margins are those of both intervals, added in quadrature (Zou &
 * Donner 2008, doi:10.1002/sim.3095).
 */
export function independentDifference(one: MentionScore, other: MentionScore): Difference | null {
  if (one.f1 === null || other.f1 === null) return null;
  const difference = one.f1 - other.f1;
  if (!one.interval || !other.interval) return { difference, interval: null };
  const below = Math.hypot(one.f1 - one.interval[0], other.interval[1] - other.f1);
  const above = Math.hypot(one.interval[1] - one.f1, other.f1 - other.interval[0]);
  return { difference, interval: [difference - below, difference + above] };
}

/** "-26.2 (-29.9 to -22.4)" in points; a dash if nothing was compared. */
export const differenceText = (one: Difference | null): string =>
  one === null ? '–' : withInterval(one.difference, one.interval);

/** The score of all labels together. */
export const overall = (scores: readonly MentionScore[]): MentionScore =>
  scores.find(({ label }) => label === ALL)!;

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

/** F1 of all labels together on several sets, for `groupedBars`. */
export const f1Bars = (name: string, sets: Readonly<Record<string, readonly MentionScore[]>>): BarSeries => ({
  name,
  values: Object.fromEntries(Object.entries(sets).map(([set, scores]) => [set, overall(scores).f1])),
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
    const all = overall(scores);
    return {
      set,
      'F1 (%), 95% interval': all.f1 === null ? 'no mention' : withInterval(all.f1, all.interval),
      'precision (%)': all.precision === null ? null : 100 * all.precision,
      'recall (%)': all.recall === null ? null : 100 * all.recall,
      ...percentByLabel(scores, labels, 'f1'),
      mentions: all.support,
    };
  });

/** One column per label. */
const percentByLabel = (
  scores: readonly MentionScore[],
  labels: readonly string[],
  what: 'f1' | 'recall',
): Row =>
  Object.fromEntries(
    labels.map((label): [string, number | null] => {
      const own = scores.find((score) => score.label === label)?.[what] ?? null;
      return [`${label} (%)`, own === null ? null : 100 * own];
    }),
  );

/** Recall of groups of gold mentions as one row per group, by label in percent. */
export const recallRows = (
  groups: Readonly<Record<string, readonly MentionScore[]>>,
  labels: readonly string[],
): Row[] =>
  Object.entries(groups).map(([group, scores]) => {
    const { recall, recallInterval, support } = overall(scores);
    return {
      group,
      mentions: support,
      'recall (%), 95% interval': recall === null ? 'no mention' : withInterval(recall, recallInterval),
      ...percentByLabel(scores, labels, 'recall'),
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

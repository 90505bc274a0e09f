import type { Interval } from '../../evaluation';
import type { Figure } from '../figure';
import { chooseLabels, labelsIn, nameInTitle } from '../shown-labels';
import { labelPanels } from './label-panels';

/** Strict span F1 of one corpus or model. */
export interface LabelF1 {
  name: string;
  /** From 0 to 1; null if the label has no gold mentions there. */
  f1: Readonly<Record<string, number | null>>;
  /** 95 % intervals of F1. */
  intervals?: Readonly<Record<string, Interval | null>>;
  /** Gold mentions, which determine the labels shown if there are too many. */
  support?: Readonly<Record<string, number>>;
}

/** Strict span F1 by label, one bar per corpus or model. */
export function f1ByLabel(rows: readonly LabelF1[]): Figure {
  const labels = labelsIn(rows.map(({ f1 }) => f1));
  const { shown, note } = chooseLabels(labels, {
    weight: (label) => rows.reduce((sum, { support }) => sum + (support?.[label] ?? 0), 0),
    which: rows.some(({ support }) => support) ? 'the most frequent' : 'the first',
  });
  const panels = labelPanels(
    rows.map(({ name, f1, intervals }) => ({ name, values: f1, intervals })),
    { labels, shown, unit: 'strict F1', unknown: 'no gold', format: (value) => value.toFixed(2), limit: 1 },
  );
  const scores = rows
    .flatMap(({ name, f1 }) => labels.map((label) => ({ name, label, score: f1[label] ?? null })))
    .filter((entry): entry is typeof entry & { score: number } => entry.score !== null)
    .sort((a, b) => b.score - a.score);
  const [best, worst] = [scores[0], scores.at(-1)!];
  const hasIntervals = rows.some(({ intervals }) => intervals);
  const describe = (entry: (typeof scores)[number]) =>
    `${nameInTitle(entry.label)} on ${nameInTitle(entry.name)} (${entry.score.toFixed(2)})`;
  return {
    ...panels,
    title:
      scores.length > 1
        ? `Strict F1: best for ${describe(best)}, weakest for ${describe(worst)}`
        : 'Strict F1 by label',
    reading: `A mention is correct only if label and both borders match.${hasIntervals ? ' Lines are 95 % intervals.' : ''}${note}`,
  };
}

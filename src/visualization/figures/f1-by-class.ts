import { ENTITY_CLASSES } from '../../foundation';
import type { Figure } from '../figure';
import { classPanels } from './class-panels';

/** Strict span F1 (from 0 to 1) by class, one bar a corpus or model; null where the class has no gold there. */
export function f1ByClass(rows: readonly { name: string; f1: Record<string, number | null> }[]): Figure {
  const panels = classPanels(
    rows.map(({ name, f1 }) => ({ name, values: f1 })),
    { unit: 'strict F1', unknown: 'no gold', format: (value) => value.toFixed(2), limit: 1 },
  );
  const scores = rows
    .flatMap(({ name, f1 }) => ENTITY_CLASSES.map((label) => ({ name, label, score: f1[label] })))
    .filter((entry): entry is typeof entry & { score: number } => entry.score !== null)
    .sort((a, b) => b.score - a.score);
  const [best, worst] = [scores[0], scores.at(-1)];
  const describe = (entry: (typeof scores)[number]) =>
    `${entry.label} on ${entry.name} (${entry.score.toFixed(2)})`;
  const extremes = best && worst ? ` Best: ${describe(best)}; weakest: ${describe(worst)}.` : '';
  return {
    ...panels,
    title: 'Strict F1 by class',
    reading: `A mention counts only when class and both borders are right.${extremes}`,
  };
}

import { ENTITY_CLASSES, type EntityClass } from '../../foundation';
import { type Figure, formatNumber, listWords } from '../figure';
import { classPanels } from './class-panels';

/**
 * How many mentions each corpus or split has of each class; null where it was not annotated for the class.
 * The reading names the largest and the smallest class and their ratio.
 */
export function countsByClass(
  groups: readonly { name: string; counts: Record<EntityClass, number | null> }[],
): Figure {
  const panels = classPanels(
    groups.map(({ name, counts }) => ({ name, values: counts })),
    { unit: 'mentions', unknown: 'not annotated', format: formatNumber },
  );
  const totals = ENTITY_CLASSES.map((label) => ({
    label,
    total: groups.reduce((sum, { counts }) => sum + (counts[label] ?? 0), 0),
    known: groups.some(({ counts }) => counts[label] !== null),
  }));
  const ordered = totals.filter(({ known }) => known).sort((a, b) => b.total - a.total);
  const nowhere = totals.filter(({ known }) => !known).map(({ label }) => label);
  const [largest, smallest] = [ordered[0], ordered.at(-1)];
  const sentences: string[] = [];
  if (largest && smallest && largest !== smallest) {
    sentences.push(
      `${largest.label} has the most mentions (${formatNumber(largest.total)}), ${smallest.label} the fewest ` +
        `(${formatNumber(smallest.total)}).`,
    );
  }
  if (nowhere.length) sentences.push(`Nothing here was annotated for ${listWords(nowhere)}.`);
  if (groups.some(({ counts }) => ENTITY_CLASSES.some((label) => counts[label] === null))) {
    sentences.push('A class that was not annotated is unknown there, which is not the same as absent.');
  }
  return { ...panels, title: 'Mentions by class', reading: sentences.join(' ') };
}

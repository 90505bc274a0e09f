import { ENTITY_CLASSES } from '../../foundation';
import { type Figure, formatNumber, listWords } from '../figure';
import { classPanels } from './class-panels';

/** More groups than this are left to the bars. */
const MOST_READ = 3;

/**
 * How many mentions each corpus or split has of each class; null where it was not annotated for the class.
 * The reading names the largest and the smallest class of the first groups.
 */
export function countsByClass(
  groups: readonly { name: string; counts: Record<string, number | null> }[],
): Figure {
  const panels = classPanels(
    groups.map(({ name, counts }) => ({ name, values: counts })),
    { unit: 'mentions', unknown: 'not annotated', format: formatNumber },
  );
  const nowhere = ENTITY_CLASSES.filter((label) => groups.every(({ counts }) => counts[label] === null));
  const sentences: string[] = [];
  for (const { name, counts } of groups.slice(0, MOST_READ)) {
    const ordered = ENTITY_CLASSES.filter((label) => counts[label] !== null);
    ordered.sort((one, other) => counts[other]! - counts[one]!);
    const [largest, smallest] = [ordered[0], ordered.at(-1)];
    if (!largest || !smallest || largest === smallest) continue;
    sentences.push(
      `${name}: ${largest} has the most mentions (${formatNumber(counts[largest]!)}), ${smallest} the fewest ` +
        `(${formatNumber(counts[smallest]!)}).`,
    );
  }
  if (nowhere.length) sentences.push(`Nothing here was annotated for ${listWords(nowhere)}.`);
  if (groups.some(({ counts }) => ENTITY_CLASSES.some((label) => counts[label] === null))) {
    sentences.push('A class that was not annotated is unknown there, which is not the same as absent.');
  }
  return { ...panels, title: 'Mentions by class', reading: sentences.join(' ') };
}

import { type Figure, formatNumber } from '../figure';
import { chooseLabels, labelsIn, listLabels, nameInTitle } from '../shown-labels';
import { labelPanels } from './label-panels';

const TITLE = 'Mentions by label';

/** The reading does not describe more groups than this. */
const MOST_READ = 3;

/**
 * Number of mentions of each label in each corpus or split; null if it is not annotated for the label. The reading names the most and
 * the least frequent label of the first groups; of a single group, the title does.
 *
 * @param order labels that come first, in this order, which also gives them their colours; other labels follow as they appear
 */
export function countsByLabel(
  groups: readonly { name: string; counts: Readonly<Record<string, number | null>> }[],
  order: { labels?: readonly string[] } = {},
): Figure {
  const labels = [...new Set([...(order.labels ?? []), ...labelsIn(groups.map(({ counts }) => counts))])];
  const total = (label: string) => groups.reduce((sum, { counts }) => sum + (counts[label] ?? 0), 0);
  const { shown, note } = chooseLabels(labels, { weight: total, which: 'the most frequent' });
  const panels = labelPanels(
    groups.map(({ name, counts }) => ({ name, values: counts })),
    { labels, shown, unit: 'mentions', unknown: 'not annotated', format: formatNumber },
  );
  const isKnown = (counts: Readonly<Record<string, number | null>>, label: string) =>
    (counts[label] ?? null) !== null;
  const nowhere = labels.filter((label) => groups.every(({ counts }) => !isKnown(counts, label)));
  const sentences: string[] = [];
  const title = titleOf(groups);
  for (const { name, counts } of title === TITLE ? groups.slice(0, MOST_READ) : []) {
    const ordered = labels.filter((label) => isKnown(counts, label));
    ordered.sort((one, other) => counts[other]! - counts[one]!);
    const [largest, smallest] = [ordered[0], ordered.at(-1)];
    if (!largest || !smallest || largest === smallest) continue;
    sentences.push(
      `${name}: ${largest} has the most mentions (${formatNumber(counts[largest]!)}), ${smallest} the fewest ` +
        `(${formatNumber(counts[smallest]!)}).`,
    );
  }
  if (nowhere.length) sentences.push(`Nothing here was annotated for ${listLabels(nowhere)}.`);
  if (groups.some(({ counts }) => labels.some((label) => !isKnown(counts, label)))) {
    sentences.push('Labels that were not annotated are unknown, not absent.');
  }
  return { ...panels, title, reading: sentences.join(' ') + note };
}

/** What a single group shows; several are compared by their caller, who knows why. */
function titleOf(groups: readonly { counts: Readonly<Record<string, number | null>> }[]): string {
  const known = Object.entries(groups[0].counts).filter(
    (entry): entry is [string, number] => entry[1] !== null,
  );
  const [most, ...others] = known.sort(([, one], [, other]) => other - one);
  const fewest = others.at(-1);
  if (groups.length > 1 || !fewest || fewest[1] === 0) return TITLE;
  const times = (most[1] / fewest[1]).toFixed(1);
  return `${nameInTitle(most[0])} has ${times} times as many mentions as ${nameInTitle(fewest[0])}`;
}

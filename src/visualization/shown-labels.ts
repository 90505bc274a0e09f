import { listWords } from './figure';
import { fitText } from './rendering/font';

/** Default maximum number of labels in a figure: the number of palette colours. */
export const MOST_LABELS = 30;

/** Maximum number of labels listed in a reading; the others are counted. */
const MOST_LISTED = 6;

/** Returns the labels of records, in order of first appearance. */
export function labelsIn(records: readonly Readonly<Record<string, unknown>>[]): string[] {
  return [...new Set(records.flatMap((record) => Object.keys(record)))];
}

export interface ShownLabels {
  /** In the order of the label set. */
  shown: readonly string[];
  /** A sentence for the reading with a leading space; empty if all are shown. */
  note: string;
}

/**
 * Selects the labels that a figure shows: all, or those with the largest weights if there are too many.
 *
 * @param which description of these, such as "the most frequent"
 */
export function chooseLabels(
  labels: readonly string[],
  { most = MOST_LABELS, weight, which }: { most?: number; weight: (label: string) => number; which: string },
): ShownLabels {
  if (labels.length <= most) return { shown: labels, note: '' };
  const chosen = new Set(labels.toSorted((one, other) => weight(other) - weight(one)).slice(0, most));
  return {
    shown: labels.filter((label) => chosen.has(label)),
    note: ` ${most} of ${labels.length} labels shown: ${which}.`,
  };
}

/** Formats "a, b and c", or the first few and the number of others. */
export function listLabels(labels: readonly string[]): string {
  return listWords(
    labels.length <= MOST_LISTED + 1
      ? labels
      : [...labels.slice(0, MOST_LISTED), `${labels.length - MOST_LISTED} more`],
  );
}

/** Cuts a label or name so that several fit into a title. */
export function nameInTitle(name: string): string {
  return fitText(name, 240, 17, 'bold');
}

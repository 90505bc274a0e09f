import { listWords } from './figure';

/** As many labels as a figure shows at most, unless it says otherwise: the palette has no more colours. */
export const MOST_LABELS = 30;

/** Labels of a reading; the others are counted. */
const MOST_LISTED = 6;

/** The labels that records by label have, in the order in which they first appear. */
export function labelsIn(records: readonly Readonly<Record<string, unknown>>[]): string[] {
  return [...new Set(records.flatMap((record) => Object.keys(record)))];
}

export interface ShownLabels {
  /** In the order of the label set. */
  shown: readonly string[];
  /** A sentence for the reading, with a blank before it; empty where all are shown. */
  note: string;
}

/**
 * The labels that a figure shows: all, or where it has no room for so many those of most weight.
 *
 * @param which what these are, in words, such as "the most frequent"
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

/** "a, b and c", or the first few and how many more there are. */
export function listLabels(labels: readonly string[]): string {
  return listWords(
    labels.length <= MOST_LISTED + 1
      ? labels
      : [...labels.slice(0, MOST_LISTED), `${labels.length - MOST_LISTED} more`],
  );
}

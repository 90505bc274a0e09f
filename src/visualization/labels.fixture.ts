import { byLabel } from '../foundation';

export { FOUR } from '../foundation/labels.fixture';

/** Numbers of labels for testing figures: one, few, a grid, all colours of the palette. */
export const SIZES = [1, 2, 4, 9, 30];

/** Labels of very different length, the longest with 40 characters; one contains markup. */
export function manyLabels(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    if (index === 1) return 'a <b>label</b> & its entities';
    if (index % 3 === 0)
      return `label ${index + 1} with a name of forty characters`.padEnd(40, '.').slice(0, 40);
    return `label ${index + 1}`;
  });
}

/** One value per label, from 0 to 1, different for neighbours. */
export function valuesOf(labels: readonly string[], shift = 0): Record<string, number> {
  return byLabel(labels, (_, index) => ((index * 7 + shift) % 31) / 31);
}

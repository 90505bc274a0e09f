import type { EntityClass } from '../foundation';

/** The probability above which a label is given: one for all classes, or one for each. */
export type Threshold = number | Readonly<Record<EntityClass, number>>;

export function thresholdOf(threshold: Threshold, label: EntityClass): number {
  return typeof threshold === 'number' ? threshold : threshold[label];
}

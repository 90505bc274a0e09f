import type { ThresholdScore } from '../../evaluation';
import { ENTITY_CLASSES } from '../../foundation';
import type { Row } from '../notebook/show-table';

/** The threshold of each class with what it gives on the sentences it was chosen by, beside what .5 gives. */
export function thresholdTable(
  thresholds: Readonly<Record<string, number>>,
  tried: readonly ThresholdScore[],
): Row[] {
  return ENTITY_CLASSES.map((label) => {
    const f1At = (probability: number) =>
      tried.find(({ threshold }) => threshold === probability)?.f1[label] ?? null;
    return {
      class: label,
      'threshold (probability)': thresholds[label],
      'strict F1 at it (0 to 1)': f1At(thresholds[label]),
      'strict F1 at 0.5': f1At(0.5),
    };
  });
}

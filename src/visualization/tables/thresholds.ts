import type { ThresholdScore } from '../../evaluation';
import type { Row } from '../notebook/show-table';

/** The threshold of each label with its F1 on the sentences used to choose it, and the F1 at .5. */
export function thresholdTable(
  thresholds: Readonly<Record<string, number>>,
  tried: readonly ThresholdScore[],
): Row[] {
  return Object.keys(thresholds).map((label) => {
    const f1At = (probability: number) =>
      tried.find(({ threshold }) => threshold === probability)?.f1[label] ?? null;
    return {
      label,
      'threshold (probability)': thresholds[label],
      'strict F1 at it (0 to 1)': f1At(thresholds[label]),
      'strict F1 at 0.5': f1At(0.5),
    };
  });
}

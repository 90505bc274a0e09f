/** The probability above which a label is given: one for all classes, or one for each. */
export type Threshold = number | Readonly<Record<string, number>>;

export function thresholdOf(threshold: Threshold, label: string): number {
  return typeof threshold === 'number' ? threshold : threshold[label];
}

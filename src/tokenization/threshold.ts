/** The probability above which a label is given: one for all labels, or one for each. */
export type Threshold = number | Readonly<Record<string, number>>;

export function thresholdOf(threshold: Threshold, label: string): number {
  return typeof threshold === 'number' ? threshold : threshold[label];
}

/** Whether a label is given: the one place that says what happens at the threshold itself. */
export const isGiven = (probability: number, threshold: Threshold, label: string): boolean =>
  probability > thresholdOf(threshold, label);

/** The logit of a label's threshold: a logit above it means that the label is given. */
export function thresholdLogit(threshold: Threshold, label: string): number {
  const probability = thresholdOf(threshold, label);
  return Math.log(probability / (1 - probability));
}

/** The thresholds that were chosen, and those of before for labels that none was chosen for. */
export function mergeThresholds(
  labels: readonly string[],
  chosen: Readonly<Record<string, number | null>>,
  before: Threshold,
): Record<string, number> {
  return Object.fromEntries(labels.map((label) => [label, chosen[label] ?? thresholdOf(before, label)]));
}

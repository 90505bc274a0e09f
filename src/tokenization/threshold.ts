/** Probability above which a label is assigned: one for all labels, or one per label. */
export type Threshold = number | Readonly<Record<string, number>>;

export function thresholdOf(threshold: Threshold, label: string): number {
  return typeof threshold === 'number' ? threshold : threshold[label];
}

/** Returns whether a label is assigned: the only place that decides the case of equality. */
export const isGiven = (probability: number, threshold: Threshold, label: string): boolean =>
  probability > thresholdOf(threshold, label);

/** Returns the logit of a label's threshold: a label is assigned if its logit is above it. */
export function thresholdLogit(threshold: Threshold, label: string): number {
  const probability = thresholdOf(threshold, label);
  return Math.log(probability / (1 - probability));
}

/** Merges the chosen thresholds with the previous ones, which are kept for other labels. */
export function mergeThresholds(
  labels: readonly string[],
  chosen: Readonly<Record<string, number | null>>,
  before: Threshold,
): Record<string, number> {
  return Object.fromEntries(labels.map((label) => [label, chosen[label] ?? thresholdOf(before, label)]));
}

import type { ClassifierConfiguration } from '../../nn';
import { isGiven } from '../../tokenization';
import { logSoftmax, sigmoid } from '../probabilities';

/** A label with its probability, between 0 and 1. */
export interface ScoredLabel {
  label: string;
  score: number;
}

/** Probability of each label: they sum to 1 if one label applies, and are independent if several may // [labels] */
export function labelProbabilities(
  logits: Float32Array,
  { outcome }: Pick<ClassifierConfiguration, 'outcome'>,
): Float64Array {
  return outcome === 'one' ? logSoftmax(logits).map(Math.exp) : Float64Array.from(logits, sigmoid);
}

/** Returns all labels with their probabilities, the most probable first. */
export function rankLabels(
  logits: Float32Array,
  configuration: Pick<ClassifierConfiguration, 'outcome' | 'labels'>,
): ScoredLabel[] {
  const probabilities = labelProbabilities(logits, configuration);
  return configuration.labels
    .map((label, index) => ({ label, score: probabilities[index] }))
    .sort((one, other) => other.score - one.score);
}

/** Returns the predicted labels: the most probable one, or every label above its threshold. */
export function givenLabels(
  logits: Float32Array,
  { outcome, labels, threshold }: Pick<ClassifierConfiguration, 'outcome' | 'labels' | 'threshold'>,
): string[] {
  if (outcome === 'one') {
    let best = 0;
    for (let label = 1; label < logits.length; label++) if (logits[label] > logits[best]) best = label;
    return [labels[best]];
  }
  return labels.filter((label, index) => isGiven(sigmoid(logits[index]), threshold, label));
}

/** Like `givenLabels`, from labels with probabilities, keeping their order. @param ranked all labels, the most probable first */
export function givenOf(
  ranked: readonly ScoredLabel[],
  { outcome, threshold }: Pick<ClassifierConfiguration, 'outcome' | 'threshold'>,
): ScoredLabel[] {
  return outcome === 'one'
    ? ranked.slice(0, 1)
    : ranked.filter(({ label, score }) => isGiven(score, threshold, label));
}

/** Whether the predicted labels of a text are exactly the gold labels. */
export const isRight = ({ gold, given }: { gold: readonly string[]; given: readonly string[] }): boolean =>
  gold.length === given.length && gold.every((label) => given.includes(label));

import type { LabelledText } from '../../foundation';
import { type Baseline, labelShares, trainingTexts } from './baseline';

/**
 * The majority baseline: gives every text the shares of the labels among the training texts, so that the most frequent label is
 * predicted.
 *
 * @throws InputError if there are no texts, or texts have several labels
 */
export function trainMajority(texts: readonly LabelledText[]): Baseline {
  const training = trainingTexts(texts);
  const scores = Float32Array.from(labelShares(training), Math.log);
  return { labels: training.labels, score: (unseen) => unseen.map(() => scores.slice()) };
}

import { InputError } from '../foundation';
import type { ClassificationReport } from '../tasks';

/** A classifier's answer to one text: gold labels, predicted labels, and all labels with their probabilities, highest first. */
export type TextAnswer = ClassificationReport['answers'][number];

/**
 * The probability of the predicted label.
 *
 * @throws InputError if the classifier may give several labels, whose probabilities are independent
 */
export function confidenceOf({ given, ranked }: TextAnswer): number {
  const [only, ...others] = given;
  if (only === undefined || others.length > 0)
    throw new InputError(
      'confidence is defined for classifiers that give each text one label; for several labels use the curves of each label',
    );
  return ranked.find(({ label }) => label === only)!.score;
}

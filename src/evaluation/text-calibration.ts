import { isRight } from '../tasks';
import { type Reliability, reliability } from './curves';
import { confidenceOf, type TextAnswer } from './text-answers';

/**
 * Calibration of a classifier with one label per text (Guo et al. 2017, "On Calibration of Modern Neural Networks"): of the texts
 * whose predicted label has probability 0.7, 70% should be right. Null without texts.
 *
 * @throws InputError if the classifier may give several labels
 */
export function textReliability(answers: readonly TextAnswer[]): Reliability | null {
  return reliability({
    probabilities: Float64Array.from(answers, confidenceOf),
    inside: Uint8Array.from(answers, (answer) => Number(isRight(answer))),
  });
}

import { InputError } from '../../foundation';
import type { Trial } from '../trials';

/** Weight and temperature of the study's loss, alpha L_CE + (1 - alpha) T² KL(teacher, student). */
export interface Mixture {
  /** Weight of the cross-entropy with the labels, from 0 (the teacher alone) to 1 (the labels alone). */
  alpha: number;
  /** Divides the logits of teacher and student in the second part. */
  temperature: number;
}

/**
 * The loss of the study as the options of a trial. With alpha 1 the teacher plays no part, and the trial is an ordinary fine-tuning.
 *
 * @throws InputError for an alpha outside 0 to 1, or a temperature that is not above 0
 */
export function mixtureOf({ alpha, temperature }: Mixture, teacher: string): Pick<Trial, 'distillation'> {
  if (!(alpha >= 0 && alpha <= 1))
    throw new InputError(
      `alpha is ${alpha}, but it is the weight of the labels in the loss; give one from 0 to 1`,
    );
  if (!(temperature > 0 && Number.isFinite(temperature)))
    throw new InputError(`the temperature is ${temperature}, but logits are divided by it; give one above 0`);
  if (alpha === 1) return {};
  return { distillation: { teacher, temperature, softWeight: 1 - alpha, hardWeight: alpha } };
}

import { InputError, type LabelledText } from '../foundation';
import { isRight } from '../tasks';
import { confidenceOf, type TextAnswer } from './text-answers';

/** A text that a classifier got wrong. */
export interface TextMistake {
  /** Position in the list of texts. */
  index: number;
  text: string;
  gold: string;
  given: string;
  /** Of the predicted label. */
  probability: number;
}

/**
 * Returns the wrong answers with the highest probability, the highest first: wrongly labelled texts often come first.
 *
 * @param answers to the texts, in the same order
 * @param count at most so many
 * @throws InputError if the classifier may give several labels
 */
export function confidentMistakes(
  texts: readonly Pick<LabelledText, 'text'>[],
  answers: readonly TextAnswer[],
  count: number,
): TextMistake[] {
  if (texts.length !== answers.length)
    throw new InputError(
      `there are ${texts.length} texts and ${answers.length} answers; give the texts that were classified`,
    );
  return answers
    .flatMap((answer, index) =>
      isRight(answer)
        ? []
        : {
            index,
            text: texts[index].text,
            gold: answer.gold[0],
            given: answer.given[0],
            probability: confidenceOf(answer),
          },
    )
    .sort((one, other) => other.probability - one.probability)
    .slice(0, count);
}

import { ENTITY_CLASSES, InputError, type Sentence } from '../../foundation';

/**
 * Classes that the sentences cannot teach, with the reason.
 *
 * @param place what the sentences are, for the error
 * @throws InputError where no sentence knows any class
 */
export function unteachableClasses(
  sentences: readonly Sentence[],
  place: string,
): { label: string; reason: string }[] {
  if (!sentences.some(({ annotated }) => annotated.length > 0)) {
    throw new InputError(
      `${place}: no sentence knows any class ("annotated" is empty everywhere), so there is nothing to learn; list in "annotated" what was looked for`,
    );
  }
  return ENTITY_CLASSES.flatMap((label) => {
    if (!sentences.some(({ annotated }) => annotated.includes(label)))
      return [{ label, reason: 'no source looked for it: its outputs stay as they are' }];
    if (!sentences.some(({ spans }) => spans.some((span) => span.label === label)))
      return [{ label, reason: 'no sentence has a mention of it: the model will learn to find none' }];
    return [];
  });
}

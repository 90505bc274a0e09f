import type { TextAnswer } from './text-answers';

/** Builds the answers of a classifier with one label per text. @param probabilities // [texts][labels] */
export function answersOf(
  labels: readonly string[],
  gold: readonly number[],
  probabilities: readonly (readonly number[])[],
): TextAnswer[] {
  return gold.map((right, text) => {
    const ranked = labels
      .map((label, index) => ({ label, score: probabilities[text][index] }))
      .sort((one, other) => other.score - one.score);
    return { gold: [labels[right]], given: [ranked[0].label], ranked };
  });
}

/** The same from predicted labels, each with probability 1. */
export function certainAnswers(
  labels: readonly string[],
  gold: readonly number[],
  given: readonly number[],
): TextAnswer[] {
  return answersOf(
    labels,
    gold,
    given.map((label) => labels.map((_, index) => Number(index === label))),
  );
}

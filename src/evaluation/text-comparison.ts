import { InputError } from '../foundation';
import { isRight } from '../tasks';
import { type BootstrapOptions, bootstrapUnits } from './bootstrap';
import { type Difference, differenceOf, differenceWith } from './comparison';
import { type McNemar, mcnemarTest } from './mcnemar';
import { permuteUnits } from './permutation';
import type { TextAnswer } from './text-answers';
import { textCounts } from './text-counts';

/** Differences of two classifiers on the same texts; positive if the first is better. */
export interface TextComparison {
  /** Exact test on the texts that only one of them gets right. */
  mcnemar: McNemar;
  accuracy: Difference;
  /** Over the labels that texts have or were predicted; null if there are none. */
  macroF1: Difference | null;
}

/**
 * Compares two classifiers: McNemar's test for accuracy, and permutation tests with paired bootstrap intervals over texts for accuracy
 * and macro F1. Texts are taken as independent. The classifiers need not know the same labels.
 *
 * @param first answers of the first classifier, in the order of the texts
 * @param second answers of the second classifier to the same texts
 * @throws InputError if the number or the gold labels of the texts differ, or there are none
 * @example
 * compareTexts(tfidf.answers, firstWords.answers, { seed: 1 }).accuracy;
 * // { difference: 0.563, interval: [0.549, 0.577], p: 0.001 }
 */
export function compareTexts(
  first: readonly TextAnswer[],
  second: readonly TextAnswer[],
  { resamples, seed }: BootstrapOptions,
): TextComparison {
  if (first.length === 0) throw new InputError('there is no text to compare on; give at least one');
  const sameGold = (text: number) =>
    JSON.stringify([...first[text].gold].sort()) === JSON.stringify([...second[text].gold].sort());
  if (first.length !== second.length || !first.every((_, text) => sameGold(text)))
    throw new InputError(
      'the two classifiers were evaluated on different texts; evaluate both on the same texts, in the same order',
    );
  const { columns, adders, accuracy, macroF1 } = textCounts([first, second]);
  const [addFirst, addSecond] = adders;
  const statistics = [accuracy, macroF1];
  const values = permuteUnits(first.length, columns, addFirst, addSecond, statistics, {
    permutations: resamples,
    seed,
  });
  // Both classifiers' counts in one row, so that both use the same draws of texts.
  const addBoth = (sums: Float64Array, text: number) => {
    addFirst(sums, text);
    addSecond(sums, text, columns);
  };
  const differences = statistics.map((statistic) => differenceOf(statistic, columns));
  const intervals = bootstrapUnits(first.length, 2 * columns, addBoth, differences, { resamples, seed });
  const total = new Float64Array(2 * columns);
  first.forEach((_, text) => {
    addBoth(total, text);
  });
  const [ofAccuracy, ofMacroF1] = differences.map((statistic, index) =>
    differenceWith(statistic(total), intervals[index], values[index]),
  );
  return {
    mcnemar: mcnemarTest(first.map(isRight), second.map(isRight)),
    accuracy: ofAccuracy!,
    macroF1: ofMacroF1,
  };
}

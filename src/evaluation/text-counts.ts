import { isRight, mean } from '../tasks';
import type { Statistic } from './article-counts';
import type { TextAnswer } from './text-answers';

/** Sparse counts of texts, from which accuracy and macro F1 are computed. */
export interface TextCounts {
  /** Length of the sums. */
  columns: number;
  /** One for each list of answers: adds the counts of a text to the sums, from column `start` (default 0). */
  adders: ((sums: Float64Array, text: number, start?: number) => void)[];
  accuracy: Statistic;
  /** Over the labels that occur in gold or predictions. */
  macroF1: Statistic;
}

const COLUMNS = { texts: 0, right: 1 };
/** Followed by hits, predicted and gold counts of each label. */
const FIRST_LABEL = 2;

/** @param lists answers of one or several classifiers, counted in the same columns */
export function textCounts(lists: readonly (readonly TextAnswer[])[]): TextCounts {
  const names = [
    ...new Set(lists.flatMap((answers) => answers.flatMap(({ gold, given }) => [...gold, ...given]))),
  ];
  const columnOf = new Map(names.map((name, index) => [name, FIRST_LABEL + 3 * index]));
  const adders = lists.map((answers) => {
    // The columns in which a text counts 1: few of many.
    const counted = answers.map((answer) => {
      const { gold, given } = answer;
      return [
        COLUMNS.texts,
        ...(isRight(answer) ? [COLUMNS.right] : []),
        ...given.map((label) => columnOf.get(label)! + 1),
        ...gold.map((label) => columnOf.get(label)! + 2),
        ...gold.filter((label) => given.includes(label)).map((label) => columnOf.get(label)!),
      ];
    });
    return (sums: Float64Array, text: number, start = 0) => {
      for (const column of counted[text]) sums[start + column]++;
    };
  });
  return {
    columns: FIRST_LABEL + 3 * names.length,
    adders,
    accuracy: (sums) => (sums[COLUMNS.texts] === 0 ? null : sums[COLUMNS.right] / sums[COLUMNS.texts]),
    macroF1: (sums) =>
      mean(
        names.map((_, index) => {
          const first = FIRST_LABEL + 3 * index;
          const [hits, given, gold] = [sums[first], sums[first + 1], sums[first + 2]];
          return given + gold === 0 ? null : (2 * hits) / (given + gold);
        }),
      ),
  };
}

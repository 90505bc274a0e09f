import { compareTexts, holm, SIGNIFICANCE } from '../evaluation';
import type { ClassificationReport } from '../tasks';
import type { Row } from '../visualization';
import { accuracyText, withInterval } from './tables';

/** A classifier with its answers to the test texts. */
export interface Judged {
  name: string;
  report: Pick<ClassificationReport, 'answers'>;
}

/**
 * Pairs of classifiers, each compared on the same texts: the difference of accuracy with its paired bootstrap interval, and McNemar's exact
 * p-value, corrected over all rows (Holm). They are about the choice of texts: trained with another seed, either classifier may be
 * another one.
 *
 * @param seed of the bootstrap
 */
export function comparisonRows(pairs: readonly (readonly [Judged, Judged])[], seed: number): Row[] {
  const compared = pairs.map(([first, second]) =>
    compareTexts(first.report.answers, second.report.answers, { seed }),
  );
  const corrected = holm(compared.map(({ mcnemar }) => mcnemar.p));
  return pairs.map(([first, second], index): Row => {
    const { accuracy, mcnemar } = compared[index];
    const p = corrected[index]!;
    return {
      first: first.name,
      second: second.name,
      'first minus second (points), 95% interval': withInterval(accuracy.difference, accuracy.interval),
      'right in the first alone (texts)': mcnemar.firstAlone,
      'in the second alone (texts)': mcnemar.secondAlone,
      'p (McNemar, Holm)': p < 0.0001 ? '< 0.0001' : p.toFixed(4),
      better: p < SIGNIFICANCE ? (accuracy.difference > 0 ? first.name : second.name) : 'cannot be told',
    };
  });
}

/** Share of texts, in percent with Wilson's interval, that are answered with the label of the opening that they borrowed. */
export function followedOpenings(
  { answers }: Pick<ClassificationReport, 'answers'>,
  swapped: readonly { openingLabel: string }[],
): string {
  const followed = answers.filter(({ given }, index) => given[0] === swapped[index].openingLabel).length;
  return accuracyText(followed / answers.length, answers.length);
}

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
 * p-value. They are about the choice of texts: trained with another seed, either classifier may be another one.
 *
 * @param seed of the bootstrap
 * @param correction over all rows: Holm's keeps the chance of finding any difference by accident small; none is stricter where the question is
 * whether there is a loss
 */
export function comparisonRows(
  pairs: readonly (readonly [Judged, Judged])[],
  seed: number,
  correction: 'Holm' | 'none' = 'Holm',
): Row[] {
  const compared = pairs.map(([first, second]) =>
    compareTexts(first.report.answers, second.report.answers, { seed }),
  );
  const exact = compared.map(({ mcnemar }) => mcnemar.p);
  const values = correction === 'Holm' ? holm(exact) : exact;
  return pairs.map(([first, second], index): Row => {
    const { accuracy, mcnemar } = compared[index];
    const p = values[index]!;
    return {
      first: first.name,
      second: second.name,
      'first minus second (points), 95% interval': withInterval(accuracy.difference, accuracy.interval),
      'right in the first alone (texts)': mcnemar.firstAlone,
      'in the second alone (texts)': mcnemar.secondAlone,
      [correction === 'Holm' ? 'p (McNemar, Holm)' : 'p (McNemar, uncorrected)']:
        p < 0.0001 ? '< 0.0001' : p.toFixed(4),
      better: p < SIGNIFICANCE ? (accuracy.difference > 0 ? first.name : second.name) : 'not significant',
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

import { byLabel } from '../foundation';
import { mean } from '../tasks';
import { cutsOf, type Outcomes } from './curves';
import type { TextAnswer } from './text-answers';

/** Receiver operating characteristic of one label against the rest: from (0, 0) to (1, 1), one point per distinct probability. */
export interface RocCurve {
  /** Share of the texts without the label that get at least the probability // [points] */
  falsePositiveRate: Float64Array;
  /** Share of the texts with the label that get at least the probability // [points] */
  truePositiveRate: Float64Array;
  /** Area under the curve: the probability that a text with the label gets a higher probability than one without (ties: half). */
  auc: number;
  /** Number of texts with the label. */
  positives: number;
  negatives: number;
}

/**
 * Curves of each label against the rest, as in scikit-learn (`roc_curve` without `drop_intermediate`, `roc_auc_score`; Fawcett 2006,
 * Pattern Recognition Letters 27:861). Null for a label that no text has, that all texts have, or that the classifier does not know.
 *
 * @example
 * const curves = rocCurves(report.answers, Object.keys(report.labels));
 * macroAuc(curves); // 0.996
 */
export function rocCurves(
  answers: readonly TextAnswer[],
  labels: readonly string[],
): Record<string, RocCurve | null> {
  const outcomes = new Map(
    labels.map((label) => [
      label,
      { probabilities: new Float64Array(answers.length), inside: new Uint8Array(answers.length) },
    ]),
  );
  const known = new Set<string>();
  answers.forEach(({ gold, ranked }, text) => {
    for (const { label, score } of ranked) {
      const own = outcomes.get(label);
      if (!own) continue;
      known.add(label);
      own.probabilities[text] = score;
    }
    for (const label of gold) {
      const own = outcomes.get(label);
      if (own) own.inside[text] = 1;
    }
  });
  return byLabel(labels, (label) => (known.has(label) ? rocCurve(outcomes.get(label)!) : null));
}

function rocCurve(outcomes: Outcomes): RocCurve | null {
  const { hits, taken } = cutsOf(outcomes);
  const positives = hits[hits.length - 1];
  const negatives = outcomes.probabilities.length - positives;
  if (positives === 0 || negatives === 0) return null;
  const falsePositiveRate = new Float64Array(hits.length + 1);
  const truePositiveRate = new Float64Array(hits.length + 1);
  let auc = 0;
  for (let cut = 0; cut < hits.length; cut++) {
    const point = cut + 1;
    falsePositiveRate[point] = (taken[cut] - hits[cut]) / negatives;
    truePositiveRate[point] = hits[cut] / positives;
    const width = falsePositiveRate[point] - falsePositiveRate[point - 1];
    auc += (width * (truePositiveRate[point] + truePositiveRate[point - 1])) / 2;
  }
  return { falsePositiveRate, truePositiveRate, auc, positives, negatives };
}

/** Mean area under the curves, each label alike (scikit-learn: `multi_class="ovr"`); null without a curve. */
export function macroAuc(curves: Readonly<Record<string, RocCurve | null>>): number | null {
  return mean(Object.values(curves).map((curve) => curve?.auc ?? null));
}

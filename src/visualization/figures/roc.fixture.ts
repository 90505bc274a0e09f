import type { RocCurve } from '../../evaluation';

/** A curve of 101 points whose true positive rate is the false positive rate to a power; the smaller, the better. */
export function rocOf(power: number): RocCurve {
  const falsePositiveRate = Float64Array.from({ length: 101 }, (_, point) => point / 100);
  return {
    falsePositiveRate,
    truePositiveRate: falsePositiveRate.map((rate) => rate ** power),
    auc: 1 / (1 + power),
    positives: 1200,
    negatives: 3400,
  };
}

/** Receiver operating characteristic of one label against the rest, from the highest threshold to the lowest. */
export interface RocCurve {
  falsePositiveRate: Float64Array; // [points]
  truePositiveRate: Float64Array; // [points]
  /** Area under the curve, from 0 to 1. */
  auc: number;
  /** Number of texts with the label. */
  positives: number;
  /** Number of texts without it. */
  negatives: number;
}

/** True positives, false positives and false negatives of a label, and its scores. Null if undefined (division by zero). */
export interface LabelScore {
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
  precision: number | null;
  recall: number | null;
  f1: number | null;
  /** Number of gold mentions, or of texts with the label. */
  support: number;
}

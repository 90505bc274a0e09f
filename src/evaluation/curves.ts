import type { TokenOutcomes } from '../tasks';

/** Precision and recall by threshold, ascending, then the end point at recall 0, precision 1. */
export interface PrecisionRecallCurve {
  precision: Float64Array; // [points]
  recall: Float64Array; // [points]
  /** A token is predicted if its probability is at least this // [points - 1] */
  thresholds: Float64Array;
  /** Area under the curve as a sum of steps, without interpolation. */
  averagePrecision: number;
}

/** Probabilities of yes-or-no questions, such as whether a token is inside a mention, with the right answers. */
export type Outcomes = Pick<TokenOutcomes, 'probabilities' | 'inside'>;

/**
 * Precision and recall at every distinct threshold, as in scikit-learn (`precision_recall_curve`, `average_precision_score`).
 * Null if no token is part of a gold mention, since recall is then undefined.
 */
export function precisionRecallCurve(outcomes: Outcomes): PrecisionRecallCurve | null {
  const { thresholds, hits, taken } = cutsOf(outcomes);
  const points = thresholds.length;
  const total = hits[points - 1];
  if (!total) return null;
  const precision = new Float64Array(points + 1).fill(1);
  const recall = new Float64Array(points + 1);
  let averagePrecision = 0;
  for (let cut = 0; cut < points; cut++) {
    const point = points - 1 - cut;
    precision[point] = hits[cut] / taken[cut];
    recall[point] = hits[cut] / total;
    averagePrecision += (recall[point] - recall[point + 1]) * precision[point];
  }
  return { precision, recall, thresholds: thresholds.reverse(), averagePrecision };
}

/** For each probability, descending: how many have at least it (`taken`), and how many of those are `inside` (`hits`). */
export interface Cuts {
  thresholds: Float64Array; // [cuts]
  hits: Float64Array; // [cuts]
  taken: Float64Array; // [cuts]
}

/** Computes one cut for every distinct probability. Uses typed arrays, since there may be millions. */
export function cutsOf({ probabilities, inside }: Outcomes): Cuts {
  // Sorting plain numbers avoids a comparison function, which would take most of the time.
  const positive = sortedWhere(probabilities, inside, 1);
  const negative = sortedWhere(probabilities, inside, 0);
  const thresholds = new Float64Array(probabilities.length);
  const hits = new Float64Array(probabilities.length);
  const taken = new Float64Array(probabilities.length);
  let count = 0;
  let positives = positive.length;
  let negatives = negative.length;
  while (positives + negatives > 0) {
    const one = positives > 0 ? positive[positives - 1] : -1;
    const other = negatives > 0 ? negative[negatives - 1] : -1;
    const threshold = Math.max(one, other);
    while (positives > 0 && positive[positives - 1] === threshold) positives--;
    while (negatives > 0 && negative[negatives - 1] === threshold) negatives--;
    thresholds[count] = threshold;
    hits[count] = positive.length - positives;
    taken[count] = probabilities.length - positives - negatives;
    count++;
  }
  return {
    thresholds: thresholds.slice(0, count),
    hits: hits.subarray(0, count),
    taken: taken.subarray(0, count),
  };
}

function sortedWhere(probabilities: Float64Array, inside: Uint8Array, value: 0 | 1): Float64Array {
  const chosen = new Float64Array(probabilities.length);
  let count = 0;
  for (let token = 0; token < inside.length; token++) {
    if (inside[token] === value) chosen[count++] = probabilities[token];
  }
  return chosen.slice(0, count).sort();
}

/**
 * Returns the threshold with the highest token F1, halfway between the probabilities that it separates; of equals the highest.
 * Null if no token of a gold mention has a probability above 0. Choose it on dev sentences, never on those that are then
 * scored.
 */
export function bestThreshold(outcomes: Outcomes): number | null {
  const { thresholds, hits, taken } = cutsOf(outcomes);
  const total = hits[hits.length - 1];
  let best = -1;
  let highest = 0;
  for (let cut = 0; cut < thresholds.length; cut++) {
    const f1 = (2 * hits[cut]) / (taken[cut] + total);
    // Tokens with probability 0 are not above a threshold of 0.
    if (thresholds[cut] > 0 && f1 > highest) {
      highest = f1;
      best = cut;
    }
  }
  return best < 0 ? null : (thresholds[best] + (thresholds[best + 1] ?? 0)) / 2;
}

/** The tokens or texts whose probabilities lie in (low, high]; 0 is in the first. */
export interface ReliabilityBin {
  low: number;
  high: number;
  count: number;
  meanProbability: number;
  /** Share of tokens inside gold mentions, or of texts classified right; equals the mean probability if well calibrated. */
  share: number;
}

export interface Reliability {
  /** Without empty bins. */
  bins: ReliabilityBin[];
  /** Expected calibration error: mean absolute difference of share and mean probability, weighted by count; 0 is best. */
  expectedCalibrationError: number;
}

/**
 * Reliability curve in bins of equal width, and the expected calibration error (Guo et al. 2017, "On Calibration of Modern
 * Neural Networks"), here of yes-or-no outcomes: one class against the rest. Null if there are none.
 */
export function reliability({ probabilities, inside }: Outcomes, binCount = 10): Reliability | null {
  const total = probabilities.length;
  if (total === 0) return null;
  const border = (bin: number) => bin * (1 / binCount);
  const sums = Array.from({ length: binCount }, () => ({ count: 0, probability: 0, inside: 0 }));
  probabilities.forEach((probability, index) => {
    let bin = Math.min(Math.floor(probability * binCount), binCount - 1);
    // Multiples of a tenth are not exact, so compare with the borders.
    while (bin > 0 && probability <= border(bin)) bin--;
    while (bin + 1 < binCount && probability > border(bin + 1)) bin++;
    sums[bin].count++;
    sums[bin].probability += probability;
    sums[bin].inside += inside[index];
  });
  const bins = sums.flatMap((sum, bin) =>
    sum.count === 0
      ? []
      : {
          low: border(bin),
          high: border(bin + 1),
          count: sum.count,
          meanProbability: sum.probability / sum.count,
          share: sum.inside / sum.count,
        },
  );
  const expectedCalibrationError = bins.reduce(
    (sum, { count, meanProbability, share }) => sum + (count / total) * Math.abs(share - meanProbability),
    0,
  );
  return { bins, expectedCalibrationError };
}

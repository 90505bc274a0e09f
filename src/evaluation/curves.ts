import type { TokenOutcomes } from './tokens';

/** What thresholds make of precision and recall: from the lowest to the highest, then the end at recall 0, precision 1. */
export interface PrecisionRecallCurve {
  precision: number[]; // [points]
  recall: number[]; // [points]
  /** A token counts as found from this probability on // [points - 1] */
  thresholds: number[];
  /** The area as a sum of steps, without interpolation between points. */
  averagePrecision: number;
}

type Outcomes = Pick<TokenOutcomes, 'probabilities' | 'inside'>;

/**
 * Precision and recall at every threshold that makes a difference, as scikit-learn has them (`precision_recall_curve`,
 * `average_precision_score`). Null where no token is part of a gold mention: then there is no recall.
 */
export function precisionRecallCurve(outcomes: Outcomes): PrecisionRecallCurve | null {
  const cuts = cutsOf(outcomes);
  const total = cuts.at(-1)?.hits;
  if (!total) return null;
  const points = cuts.map(({ threshold, hits, taken }) => ({
    threshold,
    precision: hits / taken,
    recall: hits / total,
  }));
  let before = 0;
  let area = 0;
  for (const { precision, recall } of points) {
    area += (recall - before) * precision;
    before = recall;
  }
  points.reverse();
  return {
    precision: [...points.map(({ precision }) => precision), 1],
    recall: [...points.map(({ recall }) => recall), 0],
    thresholds: points.map(({ threshold }) => threshold),
    averagePrecision: area,
  };
}

/** Tokens of at least this probability: how many there are (`taken`) and how many of them are inside mentions (`hits`). */
interface Cut {
  threshold: number;
  hits: number;
  taken: number;
}

/** One cut for every different probability, from the highest down. */
function cutsOf({ probabilities, inside }: Outcomes): Cut[] {
  // Sorted apart, numbers need no comparison function, which takes most of the time on millions of tokens.
  const positive = probabilities.filter((_, token) => inside[token] === 1).sort();
  const negative = probabilities.filter((_, token) => inside[token] === 0).sort();
  const cuts: Cut[] = [];
  let hits = positive.length - 1;
  let others = negative.length - 1;
  while (hits >= 0 || others >= 0) {
    const threshold = Math.max(positive[hits] ?? -1, negative[others] ?? -1);
    while (hits >= 0 && positive[hits] === threshold) hits--;
    while (others >= 0 && negative[others] === threshold) others--;
    const found = positive.length - 1 - hits;
    cuts.push({ threshold, hits: found, taken: found + negative.length - 1 - others });
  }
  return cuts;
}

/**
 * The threshold with the highest token F1, halfway between the probabilities that it parts; of equals the highest. Null
 * where no token of a gold mention has a probability above 0. To be chosen on dev sentences, never on those it is then
 * scored on.
 */
export function bestThreshold(outcomes: Outcomes): number | null {
  const cuts = cutsOf(outcomes).filter(({ threshold }) => threshold > 0);
  const total = outcomes.inside.reduce((sum, value) => sum + value, 0);
  if (!cuts.at(-1)?.hits) return null;
  let best = 0;
  const f1 = ({ hits, taken }: Cut) => (2 * hits) / (taken + total);
  cuts.forEach((cut, index) => {
    if (f1(cut) > f1(cuts[best])) best = index;
  });
  return (cuts[best].threshold + (cuts[best + 1]?.threshold ?? 0)) / 2;
}

/** Tokens whose probabilities lie in (low, high]; 0 is in the first. */
export interface ReliabilityBin {
  low: number;
  high: number;
  tokens: number;
  meanProbability: number;
  /** Which share of them is inside gold mentions; equal to the mean probability where a model is well calibrated. */
  share: number;
}

export interface Reliability {
  /** Bins without tokens are left out. */
  bins: ReliabilityBin[];
  /** Expected calibration error: the mean distance of share and mean probability, weighed by tokens; 0 is best. */
  expectedCalibrationError: number;
}

/**
 * Reliability curve in bins of equal width, and the expected calibration error (Guo et al. 2017, "On Calibration of Modern
 * Neural Networks"), here for one class against the rest. Null without tokens.
 */
export function reliability({ probabilities, inside }: Outcomes, binCount = 10): Reliability | null {
  const total = probabilities.length;
  if (total === 0) return null;
  const border = (bin: number) => bin * (1 / binCount);
  const sums = Array.from({ length: binCount }, () => ({ tokens: 0, probability: 0, inside: 0 }));
  probabilities.forEach((probability, token) => {
    let bin = Math.min(Math.floor(probability * binCount), binCount - 1);
    // Multiples of a tenth are not exact: the borders decide.
    while (bin > 0 && probability <= border(bin)) bin--;
    while (bin + 1 < binCount && probability > border(bin + 1)) bin++;
    sums[bin].tokens++;
    sums[bin].probability += probability;
    sums[bin].inside += inside[token];
  });
  const bins = sums.flatMap((sum, bin) =>
    sum.tokens === 0
      ? []
      : {
          low: border(bin),
          high: border(bin + 1),
          tokens: sum.tokens,
          meanProbability: sum.probability / sum.tokens,
          share: sum.inside / sum.tokens,
        },
  );
  const expectedCalibrationError = bins.reduce(
    (sum, { tokens, meanProbability, share }) => sum + (tokens / total) * Math.abs(share - meanProbability),
    0,
  );
  return { bins, expectedCalibrationError };
}

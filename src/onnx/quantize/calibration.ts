import { InputError } from '../../foundation';

/** How the range of an activation is derived from its calibration values. */
export const CALIBRATION_METHODS = ['min-max', 'entropy', 'percentile'] as const;
export type CalibrationMethod = (typeof CALIBRATION_METHODS)[number];

/** Calibration values of one activation. */
export interface Histogram {
  minimum: number;
  maximum: number;
  /** Bins of equal width from -reach to reach, where reach is the largest absolute value. */
  counts: Float64Array;
}

export interface Range {
  minimum: number;
  maximum: number;
}

/** Bins of a histogram, and levels that entropy compares it with, as in TensorRT. */
const BINS = 2048;
const LEVELS = 128;
/** Percentage of the values kept by percentile: half of the rest is clipped on either side. */
const KEPT_PERCENT = 99.999;

export function emptyHistogram({ minimum, maximum }: Range): Histogram {
  return { minimum, maximum, counts: new Float64Array(BINS) };
}

/** Counts values; all must be within the histogram's range. */
export function addToHistogram(histogram: Histogram, values: Float32Array): void {
  const { counts } = histogram;
  const reach = reachOf(histogram);
  if (reach === 0) {
    counts[counts.length / 2] += values.length;
    return;
  }
  const perUnit = counts.length / (2 * reach);
  for (const value of values) counts[Math.min(counts.length - 1, Math.floor((value + reach) * perUnit))]++;
}

/** Returns the range to be covered by 256 levels; values outside are clipped. */
export function chooseRange(histogram: Histogram, method: CalibrationMethod): Range {
  const { minimum, maximum } = histogram;
  const chosen = {
    'min-max': () => ({ minimum, maximum }),
    entropy: () => entropyRange(histogram),
    percentile: () => percentileRange(histogram),
  }[method]();
  return { minimum: Math.max(minimum, chosen.minimum), maximum: Math.min(maximum, chosen.maximum) };
}

function percentileRange(histogram: Histogram): Range {
  const { counts } = histogram;
  const total = sum(counts);
  const cut = (100 - KEPT_PERCENT) / 200;
  let below = 0;
  let [left, right] = [-1, -1];
  for (let bin = 0; bin < counts.length && right < 0; bin++) {
    below += counts[bin] / total;
    if (left < 0 && below >= cut) left = bin;
    if (below >= 1 - cut) right = bin;
  }
  if (right < 0) right = counts.length; // cumulative fractions may stop just short of 1
  return { minimum: edge(histogram, left), maximum: edge(histogram, right) };
}

/**
 * Returns the range, symmetric about zero, for which LEVELS levels lose the least information compared with all bins: the smallest
 * Kullback-Leibler divergence (Migacz 2017, "8-bit Inference with TensorRT", in the form of onnxruntime.quantization).
 */
function entropyRange(histogram: Histogram): Range {
  const { counts } = histogram;
  const middle = counts.length / 2;
  let best: Range = { minimum: 0, maximum: 0 };
  let smallest = Number.POSITIVE_INFINITY;
  for (let half = LEVELS / 2; half <= middle; half++) {
    const [start, end] = [middle - half, Math.min(middle + half + 1, counts.length)];
    const divergence = divergenceOfLevels(counts, start, end);
    if (divergence < smallest || half === LEVELS / 2) {
      smallest = divergence;
      best = { minimum: edge(histogram, start), maximum: edge(histogram, end) };
    }
  }
  return best;
}

/** Divergence between the bins from start to end, with everything outside added at the ends, and the same bins in LEVELS levels. */
function divergenceOfLevels(counts: Float64Array, start: number, end: number): number {
  const inside = counts.subarray(start, end);
  const fine = Float64Array.from(inside);
  fine[0] += sum(counts.subarray(0, start));
  fine[fine.length - 1] += sum(counts.subarray(end));
  const coarse = new Float64Array(fine.length);
  const width = Math.floor(fine.length / LEVELS);
  for (let level = 0; level < LEVELS; level++) {
    const [from, to] = [level * width, (level + 1) * width];
    let filled = 0;
    for (let bin = from; bin < to; bin++) if (fine[bin] !== 0) filled++;
    if (filled === 0) continue;
    const share = sum(inside.subarray(from, level === LEVELS - 1 ? inside.length : to)) / filled;
    coarse.fill(Math.trunc(share), from, to); // integer counts, as in the reference
  }
  if (!smooth(fine) || !smooth(coarse)) return Number.POSITIVE_INFINITY;
  const [fineTotal, coarseTotal] = [sum(fine), sum(coarse)];
  let divergence = 0;
  for (let bin = 0; bin < fine.length; bin++) {
    const share = fine[bin] / fineTotal;
    divergence += share * Math.log((share * coarseTotal) / coarse[bin]);
  }
  return divergence;
}

/** Gives empty bins a little weight of the others, so that the divergence is finite; false if all are empty. */
function smooth(counts: Float64Array): boolean {
  const little = 1e-4;
  let empty = 0;
  for (const count of counts) if (count === 0) empty++;
  if (empty === counts.length) return false;
  const taken = (little * empty) / (counts.length - empty);
  for (let bin = 0; bin < counts.length; bin++) {
    counts[bin] = counts[bin] === 0 ? little : counts[bin] - taken;
  }
  return true;
}

/** Returns scale and zero point of unsigned bytes, `value = (byte - zero) * scale`; the range is widened to include 0. */
export function scaleAndZero({ minimum, maximum }: Range): { scale: number; zero: number } {
  const [low, high] = [Math.min(0, minimum), Math.max(0, maximum)];
  if (!Number.isFinite(high - low)) {
    throw new InputError(
      'the model produces non-finite numbers on the calibration sentences; train it again',
    );
  }
  const scale = high > low ? (high - low) / 255 : 1;
  return { scale, zero: Math.round(-low / scale) };
}

function reachOf({ minimum, maximum }: Range): number {
  return Math.max(Math.abs(minimum), Math.abs(maximum));
}

function edge(histogram: Histogram, bin: number): number {
  const reach = reachOf(histogram);
  return -reach + (2 * reach * bin) / histogram.counts.length;
}

function sum(numbers: Float64Array): number {
  let total = 0;
  for (const value of numbers) total += value;
  return total;
}

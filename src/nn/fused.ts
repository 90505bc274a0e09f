import { attribute, type DeviceTensor, run, runForEffect, runForSeveral, upload } from './device';

/**
 * Custom kernels for CPUs (`native/`): each fuses into one pass what TensorFlow does in a dozen operations, each a pass over
 * memory. Formulas and shapes are in the sources; the gradients are composed in `operations/`.
 */

/** Random bytes for dropout: a value is dropped if its byte is below the threshold. */
export interface Drops {
  /** Same shape as the values; empty for no dropout. */
  bytes: DeviceTensor;
  threshold: number;
  rate: number;
}

const dropping = ({ rate, threshold }: Drops) => [
  attribute('rate', 'float', rate),
  attribute('threshold', 'int', threshold),
];

/** GELU of x + bias, and its derivative there // x [rows, width], bias [width] -> both [rows, width] */
export const gelu = (x: DeviceTensor, bias: DeviceTensor): DeviceTensor[] =>
  runForSeveral('FalconGelu', [], [x, bias], 2);

/** dy times the slope, and the sum of its rows // both [rows, width] -> [rows, width], [width] */
export const geluGradient = (dy: DeviceTensor, slope: DeviceTensor): DeviceTensor[] =>
  runForSeveral('FalconGeluGradient', [], [dy, slope], 2);

/**
 * Layer normalization of residual + dropout(x + bias). x, residual [rows, width]; bias, gain, shift [width] -> result, normalized
 * [rows, width], inverse deviation [rows]
 */
export function addNorm(
  x: DeviceTensor,
  bias: DeviceTensor,
  residual: DeviceTensor,
  gain: DeviceTensor,
  shift: DeviceTensor,
  drops: Drops,
  epsilon: number,
): DeviceTensor[] {
  const attributes = [attribute('epsilon', 'float', epsilon), ...dropping(drops)];
  return runForSeveral('FalconAddNorm', attributes, [x, bias, residual, gain, shift, drops.bytes], 3);
}

/** -> gradients with respect to x, residual [rows, width], bias, gain and shift [width] */
export const addNormGradient = (
  dy: DeviceTensor,
  normalized: DeviceTensor,
  inverseDeviation: DeviceTensor,
  gain: DeviceTensor,
  drops: Drops,
): DeviceTensor[] =>
  runForSeveral(
    'FalconAddNormGradient',
    dropping(drops),
    [dy, normalized, inverseDeviation, gain, drops.bytes],
    5,
  );

/** What attention weights are computed from; shapes as in `operations/attention`. */
export interface AttentionScores {
  projected: DeviceTensor;
  mask: DeviceTensor;
  /** Empty for none. */
  bias: DeviceTensor;
  heads: number;
}

/** -> context, weights before dropout [batch, heads, length, length] */
export const attention = ({ projected, mask, bias, heads }: AttentionScores, drops: Drops): DeviceTensor[] =>
  runForSeveral(
    'FalconAttention',
    [attribute('heads', 'int', heads), ...dropping(drops)],
    [projected, mask, bias, drops.bytes],
    2,
  );

/** -> the gradients with respect to `projected` and, with a bias, to the scores [batch, heads, length, length] */
export const attentionGradient = (
  dContext: DeviceTensor,
  { projected, mask, bias, heads }: AttentionScores,
  weights: DeviceTensor,
  drops: Drops,
): DeviceTensor[] =>
  runForSeveral(
    'FalconAttentionGradient',
    [attribute('heads', 'int', heads), ...dropping(drops)],
    [dContext, projected, mask, bias, drops.bytes, weights],
    2,
  );

/** Adds row i of `values` to row indices[i] of zeros // values [count, width], indices int32 [count] -> [rows, width] */
export const scatterAdd = (values: DeviceTensor, indices: DeviceTensor, rows: number): DeviceTensor =>
  run('FalconScatterAdd', [attribute('count', 'int', rows)], values, indices);

/** Scalars of one AdamW update. */
export interface AdamWNumbers {
  /** The fraction by which the weights decay. */
  lost: number;
  rate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
}

/**
 * m += (g - m)(1 - β₁), v += (g² - v)(1 - β₂), w -= lost w + rate m / (√v + ε), in the memory of w, m and v // all of one shape
 */
export function adamW(
  w: DeviceTensor,
  m: DeviceTensor,
  v: DeviceTensor,
  g: DeviceTensor,
  { lost, rate, beta1, beta2, epsilon }: AdamWNumbers,
): void {
  const numbers = upload(Float32Array.of(lost, rate, beta1, beta2, epsilon), [5]);
  runForEffect('FalconAdamW', [], w, m, v, g, numbers);
}

/**
 * Maps the 32-bit floats of a file as a tensor: what this and other processes store there appears in it. The file may be unlinked
 * while the tensor is alive.
 */
export const share = (path: string, count: number): DeviceTensor =>
  run('FalconShare', [attribute('path', 'string', path), attribute('count', 'int', count)]);

/** Copies a tensor's numbers to the start of a shared tensor. */
export const store = (source: DeviceTensor, target: DeviceTensor): void =>
  runForEffect('FalconStore', [], source, target);

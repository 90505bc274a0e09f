import { attribute, type DeviceTensor, run, runForSeveral } from './device';

/**
 * Our own kernels for processors (`native/`): what TensorFlow would do in a dozen operations, each a pass over memory, in one.
 * Formulas and shapes stand in the sources; the gradients are put together in `operations/`.
 */

/** Random bytes by which dropout decides: a value falls where its byte is below the threshold. */
export interface Drops {
  /** Of the values' shape; no bytes at all for no dropout. */
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
 * Layer normalization of residual + dropout(x + bias).
 * x, residual [rows, width]; bias, gain, shift [width] -> result, normalized [rows, width], inverse deviation [rows]
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

/** -> gradients by x, residual [rows, width], bias, gain and shift [width] */
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

/** Shapes as `operations/attention` has them -> context, weights before dropout [batch, heads, length, length] */
export const attention = (
  projected: DeviceTensor,
  mask: DeviceTensor,
  heads: number,
  drops: Drops,
): DeviceTensor[] =>
  runForSeveral(
    'FalconAttention',
    [attribute('heads', 'int', heads), ...dropping(drops)],
    [projected, mask, drops.bytes],
    2,
  );

/** -> the gradient by what was projected */
export const attentionGradient = (
  dContext: DeviceTensor,
  projected: DeviceTensor,
  mask: DeviceTensor,
  weights: DeviceTensor,
  heads: number,
  drops: Drops,
): DeviceTensor =>
  run(
    'FalconAttentionGradient',
    [attribute('heads', 'int', heads), ...dropping(drops)],
    dContext,
    projected,
    mask,
    drops.bytes,
    weights,
  );

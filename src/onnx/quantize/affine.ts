import type { Tensor } from '../../nn';

/** Signed 8-bit integers q stand for scale * (q - zero). */
export interface AffineCode {
  scale: number;
  /** The integer of 0. */
  zero: number;
}

const [LOWEST, HIGHEST] = [-128, 127];

/** Rounds halves to the even neighbour, as IEEE 754, NumPy and ONNX Runtime do; `Math.round` rounds them up. */
export function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** round(f / scale) + zero, clipped to -128 to 127, in 32-bit floats as ONNX's QuantizeLinear. */
export function encodeAffine(data: Float32Array, { scale, zero }: AffineCode): Int8Array {
  const step = Math.fround(scale);
  return Int8Array.from(data, (value) => {
    const integer = roundHalfToEven(Math.fround(value / step)) + zero;
    return Math.min(HIGHEST, Math.max(LOWEST, integer));
  });
}

/** scale * (q - zero) */
export function decodeAffine(values: Int8Array, { scale, zero }: AffineCode): Float32Array {
  return Float32Array.from(values, (value) => scale * (value - zero));
}

/** A way to choose the codes of a matrix, and what it does to the numbers. */
export interface AffineScheme {
  scheme: string;
  /** One, or one per output. */
  codes: AffineCode[];
  values: Int8Array;
  largestError: number;
  /** Root mean square. */
  rootMeanSquareError: number;
  /** Numbers that were farther from 0 than any integer reaches, by more than half a step. */
  clipped: number;
}

/**
 * Four codes of a matrix in 8 bits (Jacob et al. 2018, arXiv:1712.05877, section 2.1, for the affine one):
 * - the whole range in 255 steps with 0 at 0, which clips the longer side of an unsymmetric matrix
 * - the same with 0 where the range puts it
 * - symmetric, 127 steps to the number farthest from 0
 * - symmetric for each output
 *
 * @param matrix [inputs, outputs]
 */
export function affineSchemes({ shape: [rows, columns], data }: Tensor): AffineScheme[] {
  const [least, most] = rangeOf(data);
  const step = (most - least) / (HIGHEST - LOWEST) || 1;
  const symmetric = ([low, high]: [number, number]): AffineCode => ({
    scale: Math.max(-low, high) / HIGHEST || 1,
    zero: 0,
  });
  const zero = Math.min(HIGHEST, Math.max(LOWEST, roundHalfToEven(LOWEST - least / step)));
  const column = (index: number) =>
    Float32Array.from({ length: rows }, (_, row) => data[row * columns + index]);
  const whole = (scheme: string, code: AffineCode) =>
    measured(scheme, [code], { shape: [rows, columns], data });
  return [
    whole('range / 255, zero at 0', { scale: step, zero: 0 }),
    whole('range / 255, zero point', { scale: step, zero }),
    whole('symmetric, largest / 127', symmetric([least, most])),
    measured(
      'symmetric, a scale per output',
      Array.from({ length: columns }, (_, index) => symmetric(rangeOf(column(index)))),
      { shape: [rows, columns], data },
    ),
  ];
}

function rangeOf(data: Float32Array): [least: number, most: number] {
  return data.reduce<[number, number]>(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}

function measured(scheme: string, codes: AffineCode[], { shape: [, columns], data }: Tensor): AffineScheme {
  const values = new Int8Array(data.length);
  let [largestError, squares, clipped] = [0, 0, 0];
  data.forEach((number, index) => {
    const code = codes[(index % columns) % codes.length];
    const [value] = encodeAffine(Float32Array.of(number), code);
    values[index] = value;
    const error = Math.abs(number - code.scale * (value - code.zero));
    largestError = Math.max(largestError, error);
    squares += error ** 2;
    if (error > 0.501 * code.scale) clipped++;
  });
  return {
    scheme,
    codes,
    values,
    largestError,
    rootMeanSquareError: Math.sqrt(squares / data.length),
    clipped,
  };
}

import type { DeviceTensor } from '../device';
import { add, inverseSquareRoot, meanOfLast, multiply, square, subtract, sumRows } from '../kernels';
import type { Applied, Tape } from '../tape';

/**
 * Layer normalization (Ba et al. 2016, arXiv:1607.06450): each row to mean 0 and variance 1, then scaled and shifted.
 * x [rows, width], gain and shift [width] -> [rows, width]
 */
export function layerNorm(
  tape: Tape,
  x: DeviceTensor,
  gain: DeviceTensor,
  shift: DeviceTensor,
  epsilon: number,
): DeviceTensor {
  return tape.apply([x, gain, shift], () => normalize(x, gain, shift, epsilon));
}

/**
 * With x̂ the normalized row, σ its deviation and g = dy · gain:
 * dx = (g - mean(g) - x̂ mean(g x̂)) / σ, dgain = the sum of dy x̂ over rows, dshift = the sum of dy over rows.
 */
function normalize(x: DeviceTensor, gain: DeviceTensor, shift: DeviceTensor, epsilon: number): Applied {
  const centred = subtract(x, meanOfLast(x));
  const inverseDeviation = inverseSquareRoot(add(meanOfLast(square(centred)), epsilon)); // [rows, 1]
  const normalized = multiply(centred, inverseDeviation);
  return {
    output: add(multiply(normalized, gain), shift),
    saved: [normalized, inverseDeviation],
    backward: (dy) => {
      const g = multiply(dy, gain);
      const along = multiply(normalized, meanOfLast(multiply(g, normalized)));
      const dx = multiply(subtract(subtract(g, meanOfLast(g)), along), inverseDeviation);
      return [dx, sumRows(multiply(dy, normalized)), sumRows(dy)];
    },
  };
}

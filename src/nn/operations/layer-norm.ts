import type { DeviceTensor } from '../device';
import {
  add,
  inverseSquareRoot,
  matMul,
  meanOfLast,
  multiply,
  normOfLast,
  reshape,
  square,
  subtract,
  sumRows,
} from '../kernels';
import type { Applied, Tape } from '../tape';

/**
 * Layer normalization (Ba et al. 2016, arXiv:1607.06450): normalizes each row to mean 0 and variance 1, then scales and shifts it.
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
  const width = x.shape[1];
  const centred = subtract(x, meanOfLast(x));
  const variance = multiply(square(normOfLast(centred)), 1 / width); // [rows, 1]
  const inverseDeviation = inverseSquareRoot(add(variance, epsilon)); // 1 / σ
  const normalized = multiply(centred, inverseDeviation); // x̂
  return {
    output: add(multiply(normalized, gain), shift),
    saved: [normalized, inverseDeviation],
    backward: (dy) => {
      // The mean of a row times the gain is a product with a vector.
      const share = multiply(reshape(gain, width, 1), 1 / width);
      const along = multiply(dy, normalized);
      const projected = multiply(normalized, matMul(along, share));
      const centredGradient = subtract(multiply(dy, gain), matMul(dy, share));
      const dx = multiply(subtract(centredGradient, projected), inverseDeviation);
      return [dx, sumRows(along), sumRows(dy)];
    },
  };
}

import type { DeviceTensor } from '../device';
import * as kernels from '../kernels';
import type { Tape } from '../tape';

/**
 * Gaussian error linear unit, x Φ(x), exact through the error function (Hendrycks & Gimpel 2016, arXiv:1606.08415). Its derivative
 * is Φ(x) + x φ(x), with φ the density of the normal distribution. Any shape.
 */
export function gelu(tape: Tape, x: DeviceTensor): DeviceTensor {
  const { add, errorFunction, exponential, multiply, square } = kernels;
  return tape.apply([x], () => {
    const cumulative = multiply(add(errorFunction(multiply(x, Math.SQRT1_2)), 1), 0.5); // Φ(x)
    return {
      output: multiply(x, cumulative),
      saved: [cumulative],
      backward: (dy) => {
        const density = multiply(exponential(multiply(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI)); // φ(x)
        return [multiply(dy, add(cumulative, multiply(x, density)))];
      },
    };
  });
}

/** Hyperbolic tangent; its derivative is 1 - tanh². Any shape. */
export function tanh(tape: Tape, x: DeviceTensor): DeviceTensor {
  return tape.apply([x], () => {
    const y = kernels.tanh(x);
    return { output: y, backward: (dy) => [kernels.tanhGradient(y, dy)] };
  });
}

/** max(x, 0). Any shape. */
export function relu(tape: Tape, x: DeviceTensor): DeviceTensor {
  return tape.apply([x], () => ({
    output: kernels.relu(x),
    backward: (dy) => [kernels.reluGradient(dy, x)],
  }));
}

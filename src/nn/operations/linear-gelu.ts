import type { DeviceTensor } from '../device';
import * as fused from '../fused';
import { matMul } from '../kernels';
import type { Tape } from '../tape';
import { gelu } from './activations';
import { linear } from './linear';

/**
 * gelu(x Wᵀ + b): with z = x Wᵀ + b, dz = dy gelu'(z), then as in `linear`.
 *
 * x [rows, in], weight [out, in], bias [out] -> [rows, out]
 */
export function linearGelu(
  tape: Tape,
  x: DeviceTensor,
  weight: DeviceTensor,
  bias: DeviceTensor,
): DeviceTensor {
  if (!tape.fused) return gelu(tape, linear(tape, x, weight, bias));
  return tape.apply([x, weight, bias], () => {
    const [left, right] = [tape.factor(x), tape.factor(weight)];
    const [output, slope] = fused.gelu(matMul(left, right, { transposeRight: true }), bias);
    return {
      output,
      saved: [left, right, slope],
      backward: (gradient) => {
        const [exact, dBias] = fused.geluGradient(gradient, slope);
        const dz = tape.factor(exact);
        return [matMul(dz, right), matMul(dz, left, { transposeLeft: true }), dBias];
      },
    };
  });
}

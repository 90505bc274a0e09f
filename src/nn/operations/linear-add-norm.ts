import type { DeviceTensor } from '../device';
import * as fused from '../fused';
import { matMul } from '../kernels';
import type { Tape } from '../tape';
import { add } from './add';
import { drawDrops, dropout } from './dropout';
import { layerNorm } from './layer-norm';
import { linear } from './linear';

/** A linear layer followed by normalization, which ends both halves of a transformer layer. */
export interface LinearAddNorm {
  weight: DeviceTensor;
  bias: DeviceTensor;
  gain: DeviceTensor;
  shift: DeviceTensor;
  epsilon: number;
  /** Dropout of the linear layer's results. */
  dropout: number;
}

/**
 * layerNorm(residual + dropout(x Wᵀ + b)); its gradient composes those of `layerNorm`, `dropout` and `linear`.
 *
 * x [rows, in], residual [rows, out] -> [rows, out]
 */
export function linearAddNorm(
  tape: Tape,
  x: DeviceTensor,
  residual: DeviceTensor,
  { weight, bias, gain, shift, epsilon, dropout: rate }: LinearAddNorm,
): DeviceTensor {
  if (!tape.fused) {
    const projected = dropout(tape, linear(tape, x, weight, bias), rate);
    return layerNorm(tape, add(tape, residual, projected), gain, shift, epsilon);
  }
  return tape.apply([x, weight, bias, residual, gain, shift], () => {
    const [left, right] = [tape.factor(x), tape.factor(weight)];
    const product = matMul(left, right, { transposeRight: true });
    const drops = drawDrops(product.shape, rate, tape.chance);
    const [output, ...normalized] = fused.addNorm(product, bias, residual, gain, shift, drops, epsilon);
    return {
      output,
      saved: [left, right, ...normalized, drops.bytes],
      backward: (gradient) => {
        const [x̂, inverseDeviation] = normalized;
        const [exact, dResidual, dBias, dGain, dShift] = fused.addNormGradient(
          gradient,
          x̂,
          inverseDeviation,
          gain,
          drops,
        );
        const dy = tape.factor(exact);
        return [
          matMul(dy, right),
          matMul(dy, left, { transposeLeft: true }),
          dBias,
          dResidual,
          dGain,
          dShift,
        ];
      },
    };
  });
}

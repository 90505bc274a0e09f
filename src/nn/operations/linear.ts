import type { DeviceTensor } from '../device';
import { addBias, matMul, sumRows } from '../kernels';
import type { Tape } from '../tape';

/**
 * y = x Wᵀ + b, with W as PyTorch keeps it.
 * dx = dy W, dW = dyᵀ x, db = the sum of dy's rows.
 *
 * x [rows, in], weight [out, in], bias [out] -> [rows, out]
 */
export function linear(tape: Tape, x: DeviceTensor, weight: DeviceTensor, bias: DeviceTensor): DeviceTensor {
  return tape.apply([x, weight, bias], () => ({
    output: addBias(matMul(x, weight, { transposeRight: true }), bias),
    backward: (dy) => [matMul(dy, weight), matMul(dy, x, { transposeLeft: true }), sumRows(dy)],
  }));
}

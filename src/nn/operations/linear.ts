import type { DeviceTensor } from '../device';
import { addBias, concatenate, matMul, split, sumRows } from '../kernels';
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

/**
 * Several linear layers of one shape on the same input as one product, which is faster than one after the other, and which
 * adds up their gradients by the input on the way.
 *
 * x [rows, in], weights each [out, in], biases each [out] -> their results side by side [rows, count * out]
 */
export function linears(
  tape: Tape,
  x: DeviceTensor,
  weights: readonly DeviceTensor[],
  biases: readonly DeviceTensor[],
): DeviceTensor {
  return tape.apply([x, ...weights, ...biases], () => {
    const weight = concatenate(weights); // [count * out, in]
    return {
      output: addBias(matMul(x, weight, { transposeRight: true }), concatenate(biases)),
      saved: [weight],
      backward: (dy) => [
        matMul(dy, weight),
        ...split(matMul(dy, x, { transposeLeft: true }), weights.length),
        ...split(sumRows(dy), biases.length),
      ],
    };
  });
}

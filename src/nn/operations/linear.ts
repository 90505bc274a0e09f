import type { DeviceTensor } from '../device';
import { addBias, concatenate, matMul, split, sumRows } from '../kernels';
import type { Tape } from '../tape';

/**
 * y = x Wᵀ + b, with W laid out as in PyTorch. dx = dy W, dW = dyᵀ x, db = the sum of dy's rows.
 *
 * x [rows, in], weight [out, in], bias [out] -> [rows, out]
 */
export function linear(tape: Tape, x: DeviceTensor, weight: DeviceTensor, bias: DeviceTensor): DeviceTensor {
  return tape.apply([x, weight, bias], () => {
    const [left, right] = [tape.factor(x), tape.factor(weight)];
    return {
      output: addBias(matMul(left, right, { transposeRight: true }), bias),
      saved: [left, right],
      backward: (gradient) => {
        const dy = tape.factor(gradient);
        return [matMul(dy, right), matMul(dy, left, { transposeLeft: true }), sumRows(gradient)];
      },
    };
  });
}

/**
 * Several linear layers of one shape on the same input as one product, which is faster and sums their gradients with respect to the
 * input on the way.
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
    const [left, right] = [tape.factor(x), tape.factor(concatenate(weights))];
    return {
      output: addBias(matMul(left, right, { transposeRight: true }), concatenate(biases)),
      saved: [left, right],
      backward: (gradient) => {
        const dy = tape.factor(gradient);
        return [
          matMul(dy, right),
          ...split(matMul(dy, left, { transposeLeft: true }), weights.length),
          ...split(sumRows(gradient), biases.length),
        ];
      },
    };
  });
}

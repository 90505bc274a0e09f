import type { DeviceTensor } from '../device';
import { add, batchMatMul, multiply, reshape, softmax, subtract, sumOfLast, transpose } from '../kernels';
import type { Tape } from '../tape';
import { dropoutMask } from './dropout';

export interface AttentionShape {
  batch: number;
  length: number;
  heads: number;
  /** Of the attention weights. */
  dropout: number;
}

/**
 * Scaled dot-product attention in several heads (Vaswani et al. 2017, arXiv:1706.03762, section 3.2):
 * P = softmax(Q Kᵀ / √width + mask), context = P V.
 *
 * Backward, with D dropout's mask: dV = (P D)ᵀ dC, dP = (dC Vᵀ) D, dS = P (dP - the sum of dP P over the row),
 * dQ = dS K / √width, dK = dSᵀ Q / √width.
 *
 * query, key, value [batch * length, heads * width], mask [batch, 1, 1, length] with very negative numbers on padding
 * -> [batch * length, heads * width]
 */
export function attention(
  tape: Tape,
  query: DeviceTensor,
  key: DeviceTensor,
  value: DeviceTensor,
  mask: DeviceTensor,
  { batch, length, heads, dropout }: AttentionShape,
): DeviceTensor {
  const [rows, columns] = query.shape;
  const width = columns / heads;
  const scale = 1 / Math.sqrt(width);
  const split = (x: DeviceTensor) => transpose(reshape(x, batch, length, heads, width), 0, 2, 1, 3); // [batch, heads, length, width]
  const join = (x: DeviceTensor) => reshape(transpose(x, 0, 2, 1, 3), rows, columns);

  return tape.apply([query, key, value], () => {
    const [q, k, v] = [split(query), split(key), split(value)];
    const scores = multiply(batchMatMul(q, k, { transposeRight: true }), scale); // [batch, heads, length, length]
    const weights = softmax(add(scores, mask));
    const drop = tape.chance && dropout > 0 ? dropoutMask(weights.shape, dropout, tape.chance) : undefined;
    const dropped = drop ? multiply(weights, drop) : weights;
    return {
      output: join(batchMatMul(dropped, v)),
      saved: drop ? [q, k, v, weights, drop, dropped] : [q, k, v, weights],
      backward: (gradient) => {
        const dContext = split(gradient);
        const dValue = batchMatMul(dropped, dContext, { transposeLeft: true });
        const dDropped = batchMatMul(dContext, v, { transposeRight: true });
        const dWeights = drop ? multiply(dDropped, drop) : dDropped;
        const dScores = multiply(subtract(dWeights, sumOfLast(multiply(dWeights, weights))), weights);
        const scaled = multiply(dScores, scale);
        return [
          join(batchMatMul(scaled, k)),
          join(batchMatMul(scaled, q, { transposeLeft: true })),
          join(dValue),
        ];
      },
    };
  });
}

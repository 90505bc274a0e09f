import type { DeviceTensor } from '../device';
import * as fused from '../fused';
import {
  add,
  batchMatMul,
  multiply,
  reshape,
  softmax,
  stack,
  subtract,
  sumOfLast,
  transpose,
  unstack,
} from '../kernels';
import type { Tape } from '../tape';
import { drawDrops, dropoutMask } from './dropout';

export interface AttentionShape {
  batch: number;
  length: number;
  heads: number;
  /** Dropout of the attention weights. */
  dropout: number;
}

/**
 * Multi-head scaled dot-product attention (Vaswani et al. 2017, arXiv:1706.03762, section 3.2): P = softmax(Q Kᵀ / √width + mask),
 * context = P V.
 *
 * Backward, with D dropout's mask: dV = (P D)ᵀ dC, dP = (dC Vᵀ) D, dS = P (dP - the sum of dP P over the row), dQ = dS K / √width,
 * dK = dSᵀ Q / √width.
 *
 * projected [batch * length, 3 * heads * width], query, key and value side by side; mask [batch, 1, 1, length] with very negative
 * numbers on padding -> [batch * length, heads * width]
 */
export function attention(
  tape: Tape,
  projected: DeviceTensor,
  mask: DeviceTensor,
  { batch, length, heads, dropout }: AttentionShape,
): DeviceTensor {
  const [rows, columns] = projected.shape;
  const width = columns / (3 * heads);
  const scale = 1 / Math.sqrt(width);
  if (tape.fused) return fusedAttention(tape, projected, mask, { batch, length, heads, dropout });
  return tape.apply([projected], () => {
    const parted = reshape(projected, batch, length, 3, heads, width);
    const separate = transpose(parted, 2, 0, 3, 1, 4); // [3, batch, heads, length, width]
    const [q, k, v] = unstack(separate).map((x) => tape.factor(x)); // each [batch, heads, length, width]
    const scores = multiply(batchMatMul(q, k, { transposeRight: true }), scale); // [batch, heads, length, length]
    const weights = softmax(add(scores, mask));
    const drop = tape.chance && dropout > 0 ? dropoutMask(weights.shape, dropout, tape.chance) : undefined;
    const dropped = tape.factor(drop ? multiply(weights, drop) : weights);
    const context = transpose(batchMatMul(dropped, v), 0, 2, 1, 3); // [batch, length, heads, width]
    return {
      output: reshape(context, rows, heads * width),
      saved: [...new Set([q, k, v, weights, dropped, ...(drop ? [drop] : [])])],
      backward: (gradient) => {
        const parts = reshape(gradient, batch, length, heads, width);
        const dContext = tape.factor(transpose(parts, 0, 2, 1, 3));
        const dValue = batchMatMul(dropped, dContext, { transposeLeft: true });
        const dDropped = batchMatMul(dContext, v, { transposeRight: true });
        const dWeights = drop ? multiply(dDropped, drop) : dDropped;
        const dScores = multiply(subtract(dWeights, sumOfLast(multiply(dWeights, weights))), weights);
        const scaled = tape.factor(multiply(dScores, scale));
        const dQuery = batchMatMul(scaled, k);
        const dKey = batchMatMul(scaled, q, { transposeLeft: true });
        const together = transpose(stack([dQuery, dKey, dValue]), 1, 3, 0, 2, 4); // [batch, length, 3, heads, width]
        return [reshape(together, rows, columns)];
      },
    };
  });
}

/** The same with our kernels, in 32-bit floats throughout. */
function fusedAttention(
  tape: Tape,
  projected: DeviceTensor,
  mask: DeviceTensor,
  { batch, length, heads, dropout }: AttentionShape,
): DeviceTensor {
  return tape.apply([projected], () => {
    const drops = drawDrops([batch, heads, length, length], dropout, tape.chance);
    const [context, weights] = fused.attention(projected, mask, heads, drops);
    return {
      output: context,
      saved: [weights, drops.bytes],
      backward: (gradient) => [fused.attentionGradient(gradient, projected, mask, weights, heads, drops)],
    };
  });
}

import { type DeviceTensor, upload } from '../device';
import * as fused from '../fused';
import {
  add,
  batchMatMul,
  multiply,
  reshape,
  softmax,
  stack,
  subtract,
  sumOfFirst,
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
  /** Added to the scaled scores of every window // [1, heads, length, length] */
  bias?: DeviceTensor;
  /** Called with the attention weights before dropout [batch, heads, length, length], which the tape owns if it records. */
  observe?: (weights: DeviceTensor) => void;
}

/**
 * Multi-head scaled dot-product attention (Vaswani et al. 2017, arXiv:1706.03762, section 3.2): P = softmax(Q Kᵀ / √width + bias
 * + mask), context = P V.
 *
 * Backward, with D dropout's mask: dV = (P D)ᵀ dC, dP = (dC Vᵀ) D, dS = P (dP - the sum of dP P over the row), dQ = dS K / √width,
 * dK = dSᵀ Q / √width, dbias = the sum of dS over the batch.
 *
 * projected [batch * length, 3 * heads * width], query, key and value side by side; mask [batch, 1, 1, length] with very negative
 * numbers on padding -> [batch * length, heads * width]
 */
export function attention(
  tape: Tape,
  projected: DeviceTensor,
  mask: DeviceTensor,
  shape: AttentionShape,
): DeviceTensor {
  if (tape.fused) return fusedAttention(tape, projected, mask, shape);
  const { batch, length, heads, dropout, bias, observe } = shape;
  const [rows, columns] = projected.shape;
  const width = columns / (3 * heads);
  const scale = 1 / Math.sqrt(width);
  return tape.apply(bias ? [projected, bias] : [projected], () => {
    const parted = reshape(projected, batch, length, 3, heads, width);
    const separate = transpose(parted, 2, 0, 3, 1, 4); // [3, batch, heads, length, width]
    const [q, k, v] = unstack(separate).map((x) => tape.factor(x)); // each [batch, heads, length, width]
    const scores = multiply(batchMatMul(q, k, { transposeRight: true }), scale); // [batch, heads, length, length]
    const weights = softmax(add(bias ? add(scores, bias) : scores, mask));
    observe?.(weights);
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
        const dProjected = reshape(together, rows, columns);
        return bias ? [dProjected, sumOverBatch(dScores)] : [dProjected];
      },
    };
  });
}

/** The same with our kernels, in 32-bit floats throughout. */
function fusedAttention(
  tape: Tape,
  projected: DeviceTensor,
  mask: DeviceTensor,
  { batch, length, heads, dropout, bias, observe }: AttentionShape,
): DeviceTensor {
  return tape.apply(bias ? [projected, bias] : [projected], () => {
    const drops = drawDrops([batch, heads, length, length], dropout, tape.chance);
    const scores = { projected, mask, bias: bias ?? upload(new Float32Array(), [0]), heads };
    const [context, weights] = fused.attention(scores, drops);
    observe?.(weights);
    return {
      output: context,
      saved: [weights, drops.bytes, ...(bias ? [] : [scores.bias])],
      backward: (gradient) => {
        const [dProjected, dScores] = fused.attentionGradient(gradient, scores, weights, drops);
        return bias ? [dProjected, sumOverBatch(dScores)] : [dProjected];
      },
    };
  });
}

/** [batch, ...] -> [1, ...] */
function sumOverBatch(x: DeviceTensor): DeviceTensor {
  const [, ...rest] = x.shape;
  return reshape(sumOfFirst(x), 1, ...rest);
}

import { type Batch, type DeviceTensor, kernels, upload } from '../../nn';
import type { Loss } from '../../tasks';

const { add, batchMatMul, logSoftmax, multiply, reshape, softmax, subtract, sumOfAll, transpose } = kernels;

/** Added to relations with padding, so that softmax gives them no weight. */
const MASKED_SCORE = -1e9;

/**
 * Mean squared difference of hidden states, over the tokens of a batch and the width (Jiao et al. 2020, TinyBERT,
 * arXiv:1909.10351, equation 8). student, teacher [batch * length, width]
 */
export function hiddenStateLoss(
  student: DeviceTensor,
  teacher: DeviceTensor,
  { attentionMask }: Batch,
): Loss {
  const [rows, width] = student.shape;
  const tokens = countTokens(attentionMask);
  const share = upload(
    attentionMask.map((present) => present / (tokens * width)),
    [rows, 1],
  );
  const difference = subtract(student, teacher);
  const shared = multiply(difference, share);
  return { loss: sumOfAll(multiply(difference, shared)), gradient: multiply(shared, 2) };
}

/**
 * Divergence between the self-attention relations of student and teacher (Wang et al. 2021, MiniLMv2, arXiv:2012.15828,
 * section 3): with A the queries, keys or values, split into heads, KL(softmax(A_t A_tᵀ / √d_t) || softmax(A_s A_sᵀ / √d_s)) of
 * each token's relations to all tokens, summed over the three and averaged over heads and tokens. Widths may differ; the number
 * of heads may not.
 *
 * Backward: with R the student's relations, dS = share (R_s - R_t), dA = (dS + dSᵀ) A / √d.
 *
 * student, teacher [batch * length, 3 * width], queries, keys and values concatenated
 */
export function relationLoss(
  student: DeviceTensor,
  teacher: DeviceTensor,
  { size, length, attentionMask }: Batch,
  heads: number,
): Loss {
  const mask = upload(
    attentionMask.map((present) => (1 - present) * MASKED_SCORE),
    [1, size, 1, 1, length],
  );
  const tokens = countTokens(attentionMask);
  const share = upload(
    attentionMask.map((present) => present / (heads * tokens)),
    [1, size, 1, length, 1],
  );
  const cut = (projected: DeviceTensor) => {
    const width = projected.shape[1] / (3 * heads);
    const parts = transpose(reshape(projected, size, length, 3, heads, width), 2, 0, 3, 1, 4);
    const scale = 1 / Math.sqrt(width);
    const scores = multiply(batchMatMul(parts, parts, { transposeRight: true }), scale);
    return { parts, scale, scores: add(scores, mask) }; // parts [3, batch, heads, length, width], scores [3, batch, heads, length, length]
  };
  const own = cut(student);
  const { scores } = cut(teacher);
  const wanted = softmax(scores);
  const divergence = multiply(wanted, subtract(logSoftmax(scores), logSoftmax(own.scores)));
  const slopes = multiply(subtract(softmax(own.scores), wanted), share);
  const parts = add(batchMatMul(slopes, own.parts), batchMatMul(slopes, own.parts, { transposeLeft: true }));
  const together = transpose(multiply(parts, own.scale), 1, 3, 0, 2, 4); // [batch, length, 3, heads, width]
  return {
    loss: sumOfAll(multiply(divergence, share)),
    gradient: reshape(together, ...student.shape),
  };
}

const countTokens = (attentionMask: Float32Array): number =>
  attentionMask.reduce((sum, present) => sum + present, 0);

export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/** log Σ exp(z) without overflow. */
export function logSumExp(logits: Float32Array): number {
  const highest = logits.reduce((most, z) => Math.max(most, z), Number.NEGATIVE_INFINITY);
  return highest + Math.log(logits.reduce((sum, z) => sum + Math.exp(z - highest), 0));
}

/** log softmax(z) without overflow. */
export function logSoftmax(logits: Float32Array): Float64Array {
  const total = logSumExp(logits);
  return Float64Array.from(logits, (z) => z - total);
}

export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/** log softmax(z) without overflow. */
export function logSoftmax(logits: Float32Array): Float64Array {
  const highest = logits.reduce((most, z) => Math.max(most, z), Number.NEGATIVE_INFINITY);
  const total = highest + Math.log(logits.reduce((sum, z) => sum + Math.exp(z - highest), 0));
  return Float64Array.from(logits, (z) => z - total);
}

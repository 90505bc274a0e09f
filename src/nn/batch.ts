/** Windows padded to one length. Row-major // [batch, length] */
export interface Batch {
  size: number;
  length: number;
  inputIds: Int32Array;
  /** 1 for a token, 0 for padding. */
  attentionMask: Float32Array;
  /** 0 or 1, the segment of each token; without it all tokens are in segment 0, as in our windows. */
  tokenTypes?: Int32Array;
}

/** Pads windows of token ids to the longest one. */
export function padBatch(windows: readonly { inputIds: Int32Array }[]): Batch {
  const size = windows.length;
  const length = Math.max(...windows.map(({ inputIds }) => inputIds.length));
  const batch = {
    size,
    length,
    inputIds: new Int32Array(size * length),
    attentionMask: new Float32Array(size * length),
  };
  windows.forEach(({ inputIds }, row) => {
    batch.inputIds.set(inputIds, row * length);
    batch.attentionMask.fill(1, row * length, row * length + inputIds.length);
  });
  return batch;
}

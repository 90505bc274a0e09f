/**
 * Returns a mask that is 0 at the smallest numbers and 1 elsewhere. Among equal numbers, the first are masked.
 *
 * A radix selection in two passes of 16 bits, about ten times faster than sorting: it runs for every matrix in every step.
 *
 * @param count number of zeros @param magnitude whether to ignore signs
 */
export function maskSmallest(values: Float32Array, count: number, magnitude: boolean): Float32Array {
  const mask = new Float32Array(values.length).fill(1);
  if (count <= 0) return mask;
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  /** Maps floats to unsigned integers of the same order: negative ones are mirrored and come first. */
  const keyOf = (index: number): number => {
    const own = bits[index];
    if (magnitude) return own & 0x7fffffff;
    return (own & 0x80000000 ? ~own : own | 0x80000000) >>> 0;
  };
  const high = new Uint32Array(65_536);
  for (let index = 0; index < values.length; index++) high[keyOf(index) >>> 16]++;
  let below = 0;
  let top = 0;
  while (below + high[top] < count) below += high[top++];
  const low = new Uint32Array(65_536);
  for (let index = 0; index < values.length; index++) {
    const key = keyOf(index);
    if (key >>> 16 === top) low[key & 0xffff]++;
  }
  let rest = 0;
  while (below + low[rest] < count) below += low[rest++];
  const border = top * 65_536 + rest;
  let equal = count - below;
  for (let index = 0; index < values.length; index++) {
    const key = keyOf(index);
    if (key < border || (key === border && equal-- > 0)) mask[index] = 0;
  }
  return mask;
}

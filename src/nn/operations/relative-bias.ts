import { type DeviceTensor, upload } from '../device';
import { gather, reshape, scatterAdd, transpose } from '../kernels';
import type { Tape } from '../tape';

/**
 * A bias of attention scores by relative position (Raffel et al. 2020, T5, arXiv:1910.10683, section 2.1): bias[h, i, j] =
 * table[bucketOf(j - i), h]. Each gradient flows back to its bucket, where all are summed.
 *
 * table [buckets, heads] -> [1, heads, length, length]
 */
export function relativeBias(
  tape: Tape,
  table: DeviceTensor,
  bucketOf: (distance: number) => number,
  length: number,
): DeviceTensor {
  const [buckets, heads] = table.shape;
  return tape.apply([table], () => {
    const indices = upload(bucketsOfPairs(bucketOf, length), [length * length]);
    const pairs = reshape(gather(table, indices), length, length, heads);
    return {
      output: reshape(transpose(pairs, 2, 0, 1), 1, heads, length, length),
      saved: [indices],
      backward: (dy) => {
        const byPair = transpose(reshape(dy, heads, length, length), 1, 2, 0);
        return [scatterAdd(reshape(byPair, length * length, heads), indices, buckets, tape.fused)];
      },
    };
  });
}

/** The bucket of each query and key // [length, length] */
function bucketsOfPairs(bucketOf: (distance: number) => number, length: number): Int32Array {
  const byDistance = Int32Array.from({ length: 2 * length - 1 }, (_, place) => bucketOf(place - length + 1));
  const pairs = new Int32Array(length * length);
  for (let query = 0; query < length; query++)
    pairs.set(byDistance.subarray(length - 1 - query, 2 * length - 1 - query), query * length);
  return pairs;
}

/** Number of buckets of a relative position bias: half for keys before the query, half for keys behind it. */
export const RELATIVE_BUCKETS = 32;

/** Distances from here on share the last bucket of their side. */
const LARGEST_DISTANCE = 128;

/**
 * Returns the bucket of a relative position (Raffel et al. 2020, T5, arXiv:1910.10683, section 2.1): one for each of the nearest
 * distances, then one for each of several ranges that widen logarithmically.
 *
 * Rounded to 32 bits where PyTorch rounds, so that distances on the border of two ranges get the bucket that the weights were trained
 * with.
 *
 * @param distance position of the key minus that of the query
 */
export function relativeBucket(distance: number): number {
  const buckets = RELATIVE_BUCKETS / 2;
  const side = distance > 0 ? buckets : 0;
  const far = Math.abs(distance);
  const exact = buckets / 2;
  if (far < exact) return side + far;
  const { fround } = Math;
  const share = fround(fround(Math.log(far / exact)) / fround(Math.log(LARGEST_DISTANCE / exact)));
  return side + Math.min(buckets - 1, exact + Math.floor(fround(share * (buckets - exact))));
}

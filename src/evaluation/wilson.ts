import type { Interval } from './bootstrap';

/** Quantile of the normal distribution that leaves 2.5% above it, for 95% intervals. */
const NORMAL_QUANTILE = 1.959963984540054;

/**
 * Wilson's 95% score interval of a share, such as an accuracy (Wilson 1927, Journal of the American Statistical Association 22:209).
 * Unlike the normal approximation it stays between 0 and 1, and is not empty if all or none are right. Null if `total` is 0.
 *
 * @param right number of texts classified right, at most `total`
 * @example
 * wilsonInterval(986, 1000); // [0.9766, 0.9917]
 */
export function wilsonInterval(right: number, total: number): Interval | null {
  if (right < 0 || right > total) throw new Error(`${right} right of ${total}: give a part and its whole`);
  if (total === 0) return null;
  const share = right / total;
  const squared = NORMAL_QUANTILE ** 2;
  const scale = 1 + squared / total;
  const centre = (share + squared / (2 * total)) / scale;
  const reach =
    (NORMAL_QUANTILE / scale) * Math.sqrt((share * (1 - share)) / total + squared / (4 * total ** 2));
  // At the ends the bound is exactly 0 or 1, which rounding could miss.
  return [right === 0 ? 0 : centre - reach, right === total ? 1 : centre + reach];
}

import type { Random } from '../../foundation';

/**
 * Probability that a standard normal number is between two bounds, to about 13 digits also far out in the tails, where a difference
 * of two cumulative probabilities would lose precision.
 */
export function normalMass(low: number, high: number): number {
  if (low >= 0) return upperTail(low) - upperTail(high);
  if (high <= 0) return upperTail(-high) - upperTail(-low);
  return 1 - upperTail(-low) - upperTail(high);
}

const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/**
 * Probability of more than x >= 0 (Abramowitz & Stegun 1964, Handbook of Mathematical Functions: near 0 the series 26.2.11, further
 * out the continued fraction 26.2.14).
 */
function upperTail(x: number): number {
  if (x < 3) {
    let term = x;
    let sum = 0;
    for (let odd = 3; term > 1e-17; odd += 2) {
      sum += term;
      term *= (x * x) / odd;
    }
    return 0.5 - density(x) * sum;
  }
  if (x === Number.POSITIVE_INFINITY) return 0;
  let fraction = x;
  for (let numerator = 50; numerator >= 1; numerator--) fraction = x + numerator / fraction;
  return density(x) / fraction;
}

/** Draws a normal number between bounds that contain a large part of the distribution, by rejection. */
export function drawNormalBetween(
  random: Random,
  mean: number,
  deviation: number,
  low: number,
  high: number,
): number {
  for (;;) {
    // Box & Muller 1958; 1 - next() is never 0.
    const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
    const value = mean + deviation * radius * Math.cos(2 * Math.PI * random.next());
    if (value >= low && value <= high) return value;
  }
}

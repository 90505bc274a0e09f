/**
 * Returns the two-sided quantile of Student's t distribution: the half-width, in standard errors, of an interval with coverage
 * `confidence`.
 *
 * The probability within t is a finite sum for integer degrees of freedom (Abramowitz and Stegun 1964, "Handbook of Mathematical
 * Functions", 26.7.3 and 26.7.4) and rises with the angle atan(t / sqrt(degrees)), which is found by bisection.
 *
 * @param degrees of freedom, a whole number of at least 1
 */
export function studentT(degrees: number, confidence: number): number {
  let [low, high] = [0, Math.PI / 2];
  for (let halving = 0; halving < 60; halving++) {
    const middle = (low + high) / 2;
    if (shareWithin(middle, degrees) < confidence) low = middle;
    else high = middle;
  }
  return Math.sqrt(degrees) * Math.tan(low);
}

function shareWithin(angle: number, degrees: number): number {
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = degrees % 2 === 1;
  // Powers of the cosine from this one up, in steps of two, to the one below the degrees of freedom.
  let power = isOdd ? 1 : 0;
  let term = isOdd ? cosine : 1;
  let sum = 0;
  for (; power <= degrees - 2; power += 2) {
    sum += term;
    term *= (cosine * cosine * (power + 1)) / (power + 2);
  }
  return isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}

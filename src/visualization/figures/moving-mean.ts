/** Centred moving average over `window` values, fewer towards both ends. */
export function movingMean(values: readonly number[], window: number): number[] {
  const reach = Math.floor(window / 2);
  const sums = [0];
  for (const value of values) sums.push(sums.at(-1)! + value);
  return values.map((_, index) => {
    const start = Math.max(0, index - reach);
    const end = Math.min(values.length, index + reach + 1);
    return (sums[end] - sums[start]) / (end - start);
  });
}

/** A window for a readable curve of so many steps: odd, so that it is symmetric. */
export function smoothingWindow(steps: number): number {
  return 2 * Math.floor(steps / 80) + 1;
}

/** The title of a logarithmic axis: "latency (ms, logarithmic)". */
export function logarithmicTitle(title: string): string {
  return title.endsWith(')') ? `${title.slice(0, -1)}, logarithmic)` : `${title} (logarithmic)`;
}

/** Axis range in exponents of ten, with room for discs at both ends. */
export function logRange(values: readonly number[]): [number, number] {
  const [low, high] = [Math.log10(Math.min(...values)), Math.log10(Math.max(...values))];
  const padding = Math.max(0.12, (high - low) * 0.18);
  return [low - padding, high + padding];
}

/** Axis range with room for discs and names, at least 0. */
export function linearRange(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const padding = Math.max(0.02, (high - low) * 0.3);
  return [Math.max(0, low - padding), high + padding];
}

/** Ticks 1, 2, 5, 10 … within the range; in short ranges every step of the leading digit. */
export function logTicks([low, high]: [number, number]): number[] {
  const digits = high - low > 0.7 ? [1, 2, 5] : [1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9];
  const ticks: number[] = [];
  for (let exponent = Math.floor(low); exponent <= high; exponent++) {
    ticks.push(...digits.map((digit) => Number((digit * 10 ** exponent).toPrecision(3))));
  }
  return ticks.filter((tick) => Math.log10(tick) >= low && Math.log10(tick) <= high);
}

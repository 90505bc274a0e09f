/** Quantile of ascending values with linear interpolation, as in NumPy; there must be at least one value. */
export function quantile(ascending: ArrayLike<number>, share: number): number {
  const place = share * (ascending.length - 1);
  const [below, above] = [ascending[Math.floor(place)], ascending[Math.ceil(place)]];
  return below + (place - Math.floor(place)) * (above - below);
}

/** The points than which none is both cheaper (smaller x) and better (larger y), the cheapest first. */
export function paretoFront<Point extends { x: number; y: number }>(points: readonly Point[]): Point[] {
  const byCost = [...points].sort((one, other) => one.x - other.x || other.y - one.y);
  let best = Number.NEGATIVE_INFINITY;
  return byCost.filter(({ y }) => {
    const isBetter = y > best;
    best = Math.max(best, y);
    return isBetter;
  });
}

/** A grid of measured values; null where there is none. */
export interface Grid {
  /** Ascending. */
  x: readonly number[];
  /** Ascending. */
  y: readonly number[];
  /** [y, x] */
  values: readonly (readonly (number | null)[])[];
}

/**
 * Interpolates a grid bilinearly to `columns` × `rows` equidistant points between its corners; NaN where a measured value is missing.
 *
 * @returns [rows × columns], row by row, the first row at the smallest y
 */
export function resample({ x, y, values }: Grid, columns: number, rows: number): Float64Array {
  const across = Array.from({ length: columns }, (_, column) => locate(x, column / (columns - 1)));
  const up = Array.from({ length: rows }, (_, row) => locate(y, row / (rows - 1)));
  const resampled = new Float64Array(rows * columns);
  for (const [row, [low, upper]] of up.entries())
    for (const [column, [left, right]] of across.entries()) {
      // A corner without weight does not count, so that the edges of what is measured are drawn.
      const corners = [
        [values[low][left], (1 - upper) * (1 - right)],
        [values[low][left + 1], (1 - upper) * right],
        [values[low + 1]?.[left], upper * (1 - right)],
        [values[low + 1]?.[left + 1], upper * right],
      ] as const;
      let sum = 0;
      for (const [value, weight] of corners) if (weight > 0) sum += weight * (value ?? Number.NaN);
      resampled[row * columns + column] = sum;
    }
  return resampled;
}

/** The interval at a share of the whole range, from its start, and how far within. */
function locate(places: readonly number[], share: number): [start: number, part: number] {
  const place = places[0] + share * (places[places.length - 1] - places[0]);
  let start = 0;
  while (start < places.length - 2 && places[start + 1] <= place) start++;
  const part = (place - places[start]) / (places[start + 1] - places[start]);
  // Rounding must not give a weight to a neighbour.
  if (part < 1e-9) return [start, 0];
  return part > 1 - 1e-9 ? [start, 1] : [start, part];
}

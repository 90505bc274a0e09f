/** A matrix with few values other than 0, stored row by row (compressed sparse rows). */
export interface SparseRows {
  /** Number of columns. */
  width: number;
  /** The values of row r stand from `starts[r]` to `starts[r + 1]` // [rows + 1] */
  starts: Int32Array;
  columns: Int32Array; // [values]
  values: Float64Array; // [values]
}

/**
 * Adds the product of a row and a dense matrix to a vector.
 *
 * @param matrix the rows of the dense matrix one after the other // [width][size]
 * @param sums // [size]
 */
export function addProduct(
  { starts, columns, values }: SparseRows,
  row: number,
  matrix: Float64Array,
  sums: Float64Array,
): void {
  const size = sums.length;
  for (let entry = starts[row]; entry < starts[row + 1]; entry++) {
    const first = columns[entry] * size;
    const value = values[entry];
    for (let index = 0; index < size; index++) sums[index] += value * matrix[first + index];
  }
}

/** Adds the outer product of a row and a vector to a dense matrix // [width][size] */
export function addOuterProduct(
  { starts, columns, values }: SparseRows,
  row: number,
  vector: Float64Array,
  matrix: Float64Array,
): void {
  const size = vector.length;
  for (let entry = starts[row]; entry < starts[row + 1]; entry++) {
    const first = columns[entry] * size;
    const value = values[entry];
    for (let index = 0; index < size; index++) matrix[first + index] += value * vector[index];
  }
}

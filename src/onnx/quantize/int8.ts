/** A matrix in eight bits: `values[row, column] * scales[row or column]` approximates the original. */
export interface Int8Matrix {
  values: Int8Array; // [rows, columns]
  scales: Float32Array; // [columns], or [rows] for a table, or [1] for a whole matrix
}

const LARGEST = 127;

/**
 * Quantizes the weights of a linear layer, symmetrically (zero stays zero), with a scale per column, that is per output.
 *
 * x86 processors without VNNI multiply unsigned activations with signed weights through an instruction (VPMADDUBSW) that adds the
 * products of two adjacent rows in 16 bits and clips the sum at 32,767: 255 * (127 + 127) does not fit. The usual remedy halves the
 * range of all weights to seven bits. Here a column's scale is widened only as far as its adjacent weights require: rows 2i and 2i
 * + 1 may sum to 127 in either direction (128 after rounding, and 255 * 128 < 32,767). So the integer product is exact on every
 * processor, and little precision is lost, since two large weights of one sign are seldom adjacent.
 */
export function quantizeColumns(data: Float32Array, rows: number, columns: number): Int8Matrix {
  const scales = reachOfColumns(data, rows, columns).map(scaleFor);
  return {
    values: Int8Array.from(data, (value, index) => Math.round(value / scales[index % columns])),
    scales,
  };
}

/** The same with one scale for the whole matrix, the widest that a column needs. */
export function quantizeTensor(data: Float32Array, rows: number, columns: number): Int8Matrix {
  return withOneScale(data, largest(reachOfColumns(data, rows, columns)));
}

/** Returns the reach of each column, with pairs of adjacent rows added // [columns] */
function reachOfColumns(data: Float32Array, rows: number, columns: number): Float32Array {
  const reach = new Float32Array(columns);
  for (let row = 0; row < rows; row += 2) {
    for (let column = 0; column < columns; column++) {
      const upper = data[row * columns + column];
      const lower = row + 1 < rows ? data[(row + 1) * columns + column] : 0;
      const positive = Math.max(upper, 0) + Math.max(lower, 0);
      const negative = Math.max(-upper, 0) + Math.max(-lower, 0);
      reach[column] = Math.max(reach[column], positive, negative);
    }
  }
  return reach;
}

/** Quantizes an embedding table, symmetrically, with a scale per row: rows are looked up, never multiplied as integers. */
export function quantizeRows(data: Float32Array, rows: number, columns: number): Int8Matrix {
  const reach = new Float32Array(rows);
  for (let index = 0; index < data.length; index++) {
    const row = Math.floor(index / columns);
    reach[row] = Math.max(reach[row], Math.abs(data[index]));
  }
  const scales = reach.map(scaleFor);
  const values = Int8Array.from(data, (value, index) =>
    Math.round(value / scales[Math.floor(index / columns)]),
  );
  return { values, scales };
}

/** The same with one scale for the whole table. */
export function quantizeTable(data: Float32Array): Int8Matrix {
  return withOneScale(data, largest(data));
}

function withOneScale(data: Float32Array, reach: number): Int8Matrix {
  const scale = Math.fround(scaleFor(reach));
  return {
    values: Int8Array.from(data, (value) => Math.round(value / scale)),
    scales: Float32Array.of(scale),
  };
}

function largest(numbers: Float32Array): number {
  return numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** A column or row of zeros gets the scale 1, to avoid division by zero. */
function scaleFor(reach: number): number {
  return reach > 0 ? reach / LARGEST : 1;
}

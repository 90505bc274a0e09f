import type { Tensor } from '../nn';

/** Some rows of a tensor, in the given order: of a matrix, or of a vector whose rows are single numbers. */
export function takeRows({ shape, data }: Tensor, rows: readonly number[]): Tensor {
  const width = data.length / shape[0];
  const taken = new Float32Array(rows.length * width);
  rows.forEach((row, index) => {
    taken.set(data.subarray(row * width, (row + 1) * width), index * width);
  });
  return { shape: [rows.length, ...shape.slice(1)], data: taken };
}

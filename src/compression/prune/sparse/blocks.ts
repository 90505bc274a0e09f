import { type DeviceTensor, kernels, type Tensor } from '../../../nn';

/** Side of the square blocks that are removed as a whole; null for single weights. */
export type Block = number | null;

/**
 * The size of each block: the root mean square of its weights. Single weights are returned as they are, with their signs.
 *
 * @param matrix [outputs, inputs] @returns [outputs / block, inputs / block]
 */
export function blockSizes({ shape, data }: Tensor, block: Block): Tensor {
  if (block === null) return { shape, data };
  const [rows, columns] = tiles(shape, block);
  const sums = new Float32Array(rows * columns);
  const width = shape[1];
  for (let index = 0; index < data.length; index++) {
    const row = Math.floor(index / width / block);
    sums[row * columns + Math.floor((index % width) / block)] += data[index] ** 2;
  }
  return { shape: [rows, columns], data: sums.map((sum) => Math.sqrt(sum) / block) };
}

/** Repeats the number of each block for all of its weights // values [outputs / block, inputs / block] -> [outputs, inputs] */
export function overBlocks(values: Float32Array, shape: readonly number[], block: Block): Float32Array {
  if (block === null) return values;
  const [height, width] = shape;
  const columns = width / block;
  const all = new Float32Array(height * width);
  for (let index = 0; index < all.length; index++) {
    const row = Math.floor(index / width / block);
    all[index] = values[row * columns + Math.floor((index % width) / block)];
  }
  return all;
}

/** Sums a matrix over its blocks // [outputs, inputs] -> [outputs / block, inputs / block] */
export function sumOfBlocks(matrix: DeviceTensor, block: Block): DeviceTensor {
  if (block === null) return matrix;
  const [rows, columns] = tiles(matrix.shape, block);
  const parts = kernels.reshape(matrix, rows, block, columns, block);
  const together = kernels.transpose(parts, 0, 2, 1, 3); // [rows, columns, block, block]
  const sums = kernels.sumOfLast(kernels.reshape(together, rows * columns, block * block));
  return kernels.reshape(sums, rows, columns);
}

function tiles([height, width]: readonly number[], block: number): [rows: number, columns: number] {
  if (height % block !== 0 || width % block !== 0)
    throw new Error(`blocks of ${block} x ${block} do not tile a matrix of ${height} x ${width}`);
  return [height / block, width / block];
}

import { download, kernels, type Tensor, tidy, upload } from '../nn';

/**
 * Returns the principal directions of a table's rows: eigenvectors of tableᵀ table with the largest eigenvalues. Projecting the
 * rows on them is the best approximation of that rank (Eckart & Young 1936).
 *
 * table [rows, width] -> [width, count]
 */
export function principalDirections(table: Tensor, count: number): Tensor {
  const width = table.shape[1];
  const vectors = tidy(() => {
    const rows = upload(table.data, table.shape);
    const [, columns] = kernels.eigenvectors(kernels.matMul(rows, rows, { transposeLeft: true }));
    return download(columns); // [width, width], eigenvalues ascending by column
  });
  const data = new Float32Array(width * count);
  for (let row = 0; row < width; row++)
    for (let column = 0; column < count; column++)
      data[row * count + column] = vectors[row * width + (width - 1 - column)];
  return { shape: [width, count], data };
}

/** Projects the rows of a table // [rows, width], [width, count] -> [rows, count] */
export function project(table: Tensor, directions: Tensor): Tensor {
  const data = tidy(() =>
    download(kernels.matMul(upload(table.data, table.shape), upload(directions.data, directions.shape))),
  );
  return { shape: [table.shape[0], directions.shape[1]], data };
}

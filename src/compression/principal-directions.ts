import { download, kernels, type Tensor, tidy, upload } from '../nn';

/**
 * The directions in which the rows of a table are longest: eigenvectors of tableᵀ table with the largest eigenvalues. The rows
 * projected on them are the nearest of their width to the originals (Eckart & Young 1936).
 *
 * table [rows, width] -> [width, count]
 */
export function principalDirections(table: Tensor, count: number): Tensor {
  const width = table.shape[1];
  const vectors = tidy(() => {
    const rows = upload(table.data, table.shape);
    const [, columns] = kernels.eigenvectors(kernels.matMul(rows, rows, { transposeLeft: true }));
    return download(columns); // [width, width], eigenvalues rising with the column
  });
  const data = new Float32Array(width * count);
  for (let row = 0; row < width; row++)
    for (let column = 0; column < count; column++)
      data[row * count + column] = vectors[row * width + (width - 1 - column)];
  return { shape: [width, count], data };
}

/** Rows of a table by a projection // [rows, width], [width, count] -> [rows, count] */
export function project(table: Tensor, directions: Tensor): Tensor {
  const data = tidy(() =>
    download(kernels.matMul(upload(table.data, table.shape), upload(directions.data, directions.shape))),
  );
  return { shape: [table.shape[0], directions.shape[1]], data };
}

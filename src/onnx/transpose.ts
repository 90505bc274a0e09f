/** Transposes a matrix // [rows, columns] -> [columns, rows] */
export function transpose<Numbers extends Float32Array | Int8Array>(
  data: Numbers,
  rows: number,
  columns: number,
): Numbers {
  const turned = data.slice() as Numbers;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      turned[column * rows + row] = data[row * columns + column];
  return turned;
}

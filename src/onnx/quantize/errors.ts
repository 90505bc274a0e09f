import { InputError } from '../../foundation';
import { definitionOf, openWeights, readEncoderConfiguration, type Tensor } from '../../nn';
import { transpose } from '../transpose';
import { type Int8Matrix, quantizeColumns, quantizeRows } from './int8';

export interface NamedMatrix extends Tensor {
  name: string;
}

/**
 * Returns a matrix of a saved model in the layout of the product // [inputs, outputs]
 *
 * @throws InputError if the weights have no matrix of that name
 */
export function storedMatrix(folder: string, name: string): NamedMatrix {
  const stored = openWeights(folder).get(name);
  if (stored?.shape.length !== 2)
    throw new InputError(`${folder}: its weights have no matrix ${name}; name one of its linear layers`);
  const [rows, columns] = stored.shape;
  return { name, shape: [columns, rows], data: transpose(stored.data, rows, columns) };
}

/** A matrix that is typical for quantization and pruning: the second of the feed-forward layer half-way up // [inputs, outputs] */
export const exampleMatrix = (folder: string): NamedMatrix => storedMatrix(folder, exampleMatrixName(folder));

/** Its name in the weights, where it is stored as [outputs, inputs]. */
export function exampleMatrixName(folder: string): string {
  const encoder = readEncoderConfiguration(folder);
  return `${definitionOf(encoder).layer(Math.floor(encoder.layers / 2)).contract}.weight`;
}

export interface QuantizationError {
  scales: string;
  /** Integers and scales together, in thousands of bytes. */
  kilobytes: number;
  meanError: number;
  largestError: number;
  /** Root mean squared error, relative to that of the weights. */
  relativeError: number;
}

/** Errors of 8-bit versions of a matrix [inputs, outputs]: with one scale, one per column, and as written by `quantizeFolder`. */
export function quantizationErrors({ shape: [rows, columns], data }: Tensor): QuantizationError[] {
  const byColumn = quantizeRows(transpose(data, rows, columns), columns, rows);
  const attempts: [string, Int8Matrix, (index: number) => number][] = [
    ['one for the matrix', quantizeRows(data, 1, data.length), () => 0],
    [
      'one a column',
      { scales: byColumn.scales, values: transpose(byColumn.values, columns, rows) },
      (index) => index % columns,
    ],
    ['one a column, neighbours in 16 bits', quantizeColumns(data, rows, columns), (index) => index % columns],
  ];
  return attempts.map(([name, { values, scales }, scaleOf]) => {
    let [absolute, largest, squared, squaredWeights] = [0, 0, 0, 0];
    data.forEach((weight, index) => {
      const error = Math.abs(weight - values[index] * scales[scaleOf(index)]);
      absolute += error;
      largest = Math.max(largest, error);
      squared += error ** 2;
      squaredWeights += weight ** 2;
    });
    return {
      scales: name,
      kilobytes: (values.byteLength + scales.byteLength) / 1000,
      meanError: absolute / data.length,
      largestError: largest,
      relativeError: squaredWeights > 0 ? Math.sqrt(squared / squaredWeights) : 0,
    };
  });
}

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { InputError, kindOfContent, refusePointer, unreadable } from '../foundation';

/** A named array of numbers in row-major order: `data.length` is the product of `shape`. */
export interface Tensor {
  shape: number[];
  data: Float32Array;
}

/** Where the numbers of a tensor are in a file. */
export interface StoredTensor {
  name: string;
  shape: number[];
  /** Type of its numbers, by its name in safetensors: F32, BF16, I64. */
  dtype: string;
  /** Offsets in the file of its first byte and of the first byte after it. */
  begin: number;
  end: number;
  /** Numbers from one element to the next along each axis, as in a transposed view; without it the order is row-major. */
  stride?: number[];
}

/** Limits of what a header may claim. */
export const MOST_AXES = 16;
export const LONGEST_NAME = 1000;

const SIZES: Record<string, number> = { F64: 8, F32: 4, BF16: 2, F16: 2 };

/** Returns whether tensors of that type can be read. */
export const isFloat = (dtype: string): boolean => Object.hasOwn(DECODERS, dtype);

/** Reads the numbers of a float tensor from its file. */
export function readStored(file: number, { shape, dtype, begin, end, stride }: StoredTensor): Tensor {
  const bytes = new Uint8Array(end - begin);
  readFully(file, bytes, begin);
  const data = DECODERS[dtype](bytes);
  return { shape, data: stride ? inRowMajorOrder(data, shape, stride) : data };
}

/** Returns whether a view contains numbers several times, as an expanded tensor does: it would take more memory than its file. */
export const repeatsNumbers = ({ shape, dtype, begin, end }: StoredTensor): boolean =>
  sizeOf(shape) * SIZES[dtype] > end - begin;

export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, extent) => product * extent, 1);

/** Copies a strided view into row-major order. The last axis is a plain loop, since it holds nearly all steps. */
function inRowMajorOrder(
  data: Float32Array,
  shape: readonly number[],
  stride: readonly number[],
): Float32Array {
  const ordered = new Float32Array(sizeOf(shape));
  const last = shape.length - 1;
  const place = new Array<number>(last).fill(0); // of the current row, on all axes but the last
  for (let to = 0; to < ordered.length; ) {
    let from = place.reduce((sum, index, axis) => sum + index * stride[axis], 0);
    for (let column = 0; column < shape[last]; column++, from += stride[last]) ordered[to++] = data[from];
    for (let axis = last - 1; axis >= 0 && ++place[axis] === shape[axis]; axis--) place[axis] = 0;
  }
  return ordered;
}

const DECODERS: Record<string, (bytes: Uint8Array) => Float32Array> = {
  F64: (bytes) => Float32Array.from(new Float64Array(bytes.buffer)),
  F32: (bytes) => new Float32Array(bytes.buffer),
  // A bfloat16 is the upper half of a float32.
  BF16: (bytes) => {
    const halves = new Uint16Array(bytes.buffer);
    const bits = new Uint32Array(halves.length);
    for (let index = 0; index < halves.length; index++) bits[index] = halves[index] << 16;
    return new Float32Array(bits.buffer);
  },
  F16: (bytes) => Float32Array.from(new Uint16Array(bytes.buffer), halfToFloat),
};

/** IEEE 754 half precision: 1 sign bit, 5 exponent bits, 10 bits of fraction. */
function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Opens a file and always closes it. */
export function withFile<T>(path: string, work: (file: number) => T): T {
  let file: number;
  try {
    // Opening a pipe must not wait for a writer.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    return work(file);
  } finally {
    closeSync(file);
  }
}

/** Returns the size of a file of weights and its first 64 bytes. Rejects pipes, devices, pointers and texts. */
export function openingOf(file: number, path: string): { size: number; start: Uint8Array } {
  const status = fstatSync(file);
  if (!status.isFile())
    throw new InputError(`${path}: is not a regular file; name the folder of a trained or pretrained model`);
  const start = new Uint8Array(Math.min(status.size, 64));
  readFully(file, start, 0);
  refusePointer(start, path);
  const kind = kindOfContent(start);
  if (kind === 'html' || kind === 'xml')
    throw new InputError(
      `${path}: is a web page instead of weights, as servers send it on errors; fetch the file again`,
    );
  return { size: status.size, start };
}

export function readFully(file: number, into: Uint8Array, position: number): void {
  let done = 0;
  while (done < into.length) {
    // One call reads at most 2 GiB.
    const got = readSync(file, into, done, Math.min(into.length - done, 2 ** 30), position + done);
    if (got === 0) throw new InputError('the file ended while it was read; another program is changing it');
    done += got;
  }
}

/** @param what is wrong with the file of weights */
export const damaged = (path: string, what: string): InputError =>
  new InputError(`${path}: ${what}; the file is damaged, fetch or save it again`);

import { areFinite, describeJson, InputError } from '../../foundation';
import type { OnnxTensor } from './onnx-graph';
import { readIntegers } from './protobuf';

/** Bits per number by ONNX's type number; other types, such as strings, occur in no encoder. */
const BITS = new Map([
  [1, 32], // FLOAT
  [2, 8], // UINT8
  [3, 8], // INT8
  [4, 16], // UINT16
  [5, 16], // INT16
  [6, 32], // INT32
  [7, 64], // INT64
  [9, 8], // BOOL
  [10, 16], // FLOAT16
  [11, 64], // DOUBLE
  [12, 32], // UINT32
  [13, 64], // UINT64
  [16, 16], // BFLOAT16
  [21, 4], // UINT4
  [22, 4], // INT4
]);

const FLOATS: ReadonlySet<number> = new Set([1, 10, 11, 16]);

/** Minimum bytes per number in each list: 32-bit floats, doubles, and integers of any length. */
const LIST_BYTES = new Map([
  [4, 4],
  [10, 8],
]);

/** Bytes of 64-bit integers in a list: shapes and positions, never weights. */
const LONGEST_INTEGERS = 2 ** 20;

export const countOf = (dims: readonly number[]): number => dims.reduce((size, extent) => size * extent, 1);

/** Throws InputError if a tensor is in another file, does not have its stated size, or contains non-finite numbers. */
export function checkTensor(bytes: Uint8Array, tensor: OnnxTensor, place: string): void {
  const { name, type, dims, raw, lists } = tensor;
  const refuse = (what: string) => new InputError(`${place}: the tensor ${describeJson(name)} ${what}`);
  if (tensor.isExternal)
    throw refuse('is in another file (external data), which is never read; save the model as one file');
  if (
    lists.some(({ number, start, end }) => (number === 7 || number === 11) && end - start > LONGEST_INTEGERS)
  )
    throw refuse('is a long list of 64-bit integers, which no encoder has; export the model again');
  const bits = BITS.get(type);
  if (!bits) throw refuse(`has the type number ${type}, which no encoder has; export the model again`);
  const count = countOf(dims);
  if (!dims.every((extent) => Number.isSafeInteger(extent) && extent >= 0) || !Number.isSafeInteger(count))
    throw refuse(`has the impossible shape [${dims}]; export the model again`);
  const fits = raw
    ? raw.end - raw.start === Math.ceil((count * bits) / 8)
    : lists.reduce(
        (most, { number, start, end, isBytes }) =>
          most + (isBytes ? Math.floor((end - start) / (LIST_BYTES.get(number) ?? 1)) : 1),
        0,
      ) >=
      (count * Math.min(bits, 8)) / 8;
  if (!fits)
    throw refuse(
      `of shape [${dims}] does not contain that many numbers; the file is damaged, export the model again`,
    );
  const wrong = nonFinite(bytes, tensor, count);
  if (wrong !== undefined)
    throw refuse(
      `contains numbers that are not finite (${wrong}); the training diverged or the file is damaged, train or export the model again`,
    );
}

/** Returns the first non-finite number. A single infinity is allowed: masks use negative infinity. */
function nonFinite(bytes: Uint8Array, { type, raw, lists }: OnnxTensor, count: number): number | undefined {
  if (!FLOATS.has(type)) return undefined;
  const stretches = raw
    ? [raw]
    : lists.filter(({ isBytes, number }) => isBytes && (number === 4 || number === 10));
  for (const { start, end } of stretches) {
    // Copied, so that numbers are aligned to their size.
    const values = new Uint8Array(bytes.subarray(start, end)).buffer;
    const found =
      type === 1
        ? firstNonFinite(new Float32Array(values, 0, Math.floor(values.byteLength / 4)))
        : type === 11
          ? firstNonFinite(new Float64Array(values, 0, Math.floor(values.byteLength / 8)))
          : type === 10
            ? firstSpecial(new Uint16Array(values), 0x7c00)
            : type === 16
              ? firstSpecial(new Uint16Array(values), 0x7f80)
              : undefined;
    if (found !== undefined && (count > 1 || Number.isNaN(found))) return found;
  }
  return undefined;
}

function firstNonFinite(values: Float32Array | Float64Array): number | undefined {
  return areFinite(values) ? undefined : values.find((value) => !Number.isFinite(value));
}

/** The same for 16-bit floats: their exponent is all ones if they are not finite. */
function firstSpecial(values: Uint16Array, exponent: number): number | undefined {
  const found = values.find((bits) => (bits & exponent) === exponent);
  if (found === undefined) return undefined;
  return (found & 0x7fff) === exponent ? Number.POSITIVE_INFINITY : Number.NaN;
}

/** Returns the numbers of a small tensor, from which shapes are computed; undefined for a large one. */
export function smallValues(
  bytes: Uint8Array,
  { type, dims, raw, lists }: OnnxTensor,
  most: number,
): number[] | undefined {
  const count = countOf(dims);
  if (count > most) return undefined;
  if (!raw) {
    const values: number[] = [];
    if (lists.some(({ number }) => number === 4 || number === 10)) return undefined; // floats determine no shapes
    for (const list of lists) readIntegers(bytes, list, values, most);
    return values.length <= most ? values.slice(0, count) : undefined;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + raw.start, raw.end - raw.start);
  const read: Record<number, (index: number) => number> = {
    1: (index) => view.getFloat32(4 * index, true),
    2: (index) => view.getUint8(index),
    3: (index) => view.getInt8(index),
    6: (index) => view.getInt32(4 * index, true),
    7: (index) => Number(view.getBigInt64(8 * index, true)),
    9: (index) => view.getUint8(index),
    11: (index) => view.getFloat64(8 * index, true),
    12: (index) => view.getUint32(4 * index, true),
  };
  return read[type] && Array.from({ length: count }, (_, index) => read[type](index));
}

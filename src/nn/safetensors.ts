import { writePieces } from '../foundation';
import {
  PREFIX_BYTES,
  readFully,
  readSafetensorsHeader,
  type StoredTensor,
  withFile,
} from './safetensors-header';

/** A named array of numbers in row-major order: `data.length` is the product of `shape`. */
export interface Tensor {
  shape: number[];
  data: Float32Array;
}

/**
 * Reads all float tensors (F64, F32, F16, BF16) of a safetensors file as 32-bit floats; others are skipped, since no layer uses
 * them.
 */
export function readSafetensors(path: string): Map<string, Tensor> {
  const stored = readSafetensorsHeader(path).filter(({ dtype }) => isFloat(dtype));
  return withFile(path, (file) => new Map(stored.map((one) => [one.name, readStored(file, one)])));
}

/** Returns whether tensors of that type can be read. */
export const isFloat = (dtype: string): boolean => Object.hasOwn(DECODERS, dtype);

/** Reads the numbers of a float tensor from its file. */
export function readStored(file: number, { shape, dtype, begin, end }: StoredTensor): Tensor {
  const bytes = new Uint8Array(end - begin);
  readFully(file, bytes, begin);
  return { shape, data: DECODERS[dtype](bytes) };
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

/**
 * Writes tensors as 32-bit floats, in the order of the map; the file is renamed when complete.
 *
 * @param outdated files made from the old weights, as for `OutputFile.finish`
 */
export function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  outdated: readonly string[] = [],
): void {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let position = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [position, position + data.byteLength] };
    position += data.byteLength;
  }
  const json = JSON.stringify(header);
  // Padded with spaces so that the numbers begin at a multiple of eight bytes.
  const headerBytes = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const prefix = new Uint8Array(PREFIX_BYTES);
  new DataView(prefix.buffer).setBigUint64(0, BigInt(headerBytes.length), true);
  const numbers = [...tensors.values()].map(
    ({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  );
  writePieces(path, [prefix, headerBytes, ...numbers], { outdated });
}

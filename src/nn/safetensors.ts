import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { InputError, whileWriting } from '../foundation';

/** A named array of numbers in row-major order: `data.length` is the product of `shape`. */
export interface Tensor {
  shape: number[];
  data: Float32Array;
}

/** The reference implementation's own bound on the header; anything larger is damage or an attack. */
const LARGEST_HEADER = 100_000_000;
const PREFIX_BYTES = 8;

interface Entry {
  name: string;
  shape: number[];
  dtype: string;
  begin: number;
  end: number;
}

/**
 * Reads a file of the safetensors format: eight bytes of header length, a JSON header, then the numbers.
 * (https://github.com/huggingface/safetensors, "Format".)
 *
 * Everything the header promises is checked against the file's size before memory is taken: the header's length, and that
 * the tensors lie in the file without gap or overlap. Float tensors (F32, F16, BF16) come back as 32-bit floats; integer
 * tensors, such as the position ids of old checkpoints, are left out, since no layer reads them.
 */
export function readSafetensors(path: string): Map<string, Tensor> {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw new InputError(
      `${path}: cannot be read (${(error as NodeJS.ErrnoException).code}); check the path`,
    );
  }
  try {
    const size = fstatSync(file).size;
    const { entries, dataStart } = readHeader(file, size, path);
    const tensors = new Map<string, Tensor>();
    for (const entry of entries) {
      const decode = DECODERS[entry.dtype];
      if (!decode) continue;
      const bytes = new Uint8Array(entry.end - entry.begin);
      readFully(file, bytes, dataStart + entry.begin);
      tensors.set(entry.name, { shape: entry.shape, data: decode(bytes) });
    }
    return tensors;
  } finally {
    closeSync(file);
  }
}

function readHeader(file: number, size: number, path: string): { entries: Entry[]; dataStart: number } {
  const damaged = (what: string) =>
    new InputError(`${path}: ${what}; the file is damaged, fetch or save it again`);
  if (size < PREFIX_BYTES) throw damaged(`${size} bytes are too few for a safetensors file`);
  const prefix = new Uint8Array(PREFIX_BYTES);
  readFully(file, prefix, 0);
  const length = Number(new DataView(prefix.buffer).getBigUint64(0, true));
  if (length > LARGEST_HEADER || length > size - PREFIX_BYTES) {
    throw damaged(`the header claims ${length} bytes, the file has ${size}`);
  }
  const headerBytes = new Uint8Array(length);
  readFully(file, headerBytes, PREFIX_BYTES);
  let header: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(headerBytes));
  } catch {
    throw damaged('the header is not JSON');
  }
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const [begin, end] = value?.data_offsets ?? [];
    const width = BYTES[value?.dtype];
    const isShape =
      Array.isArray(value?.shape) &&
      value.shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0);
    if (!isShape || !width || !Number.isSafeInteger(begin) || !Number.isSafeInteger(end)) {
      throw damaged(`the header's entry "${name}" has no valid dtype, shape and data_offsets`);
    }
    const count = value.shape.reduce((product, extent) => product * extent, 1);
    if (end - begin !== count * width) {
      throw damaged(
        `"${name}" of shape [${value.shape}] takes ${count * width} bytes, its offsets span ${end - begin}`,
      );
    }
    entries.push({ name, shape: value.shape, dtype: value.dtype, begin, end });
  }
  const dataStart = PREFIX_BYTES + length;
  let position = 0;
  for (const entry of [...entries].sort((one, other) => one.begin - other.begin || one.end - other.end)) {
    if (entry.begin !== position)
      throw damaged(`"${entry.name}" begins at byte ${entry.begin}, expected ${position}`);
    position = entry.end;
  }
  if (dataStart + position !== size) {
    throw damaged(`the header describes ${dataStart + position} bytes, the file has ${size}`);
  }
  return { entries, dataStart };
}

const BYTES: Record<string, number> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

const DECODERS: Record<string, (bytes: Uint8Array) => Float32Array> = {
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

function readFully(file: number, into: Uint8Array, position: number): void {
  let done = 0;
  while (done < into.length) {
    // One call reads at most 2 GiB.
    const got = readSync(file, into, done, Math.min(into.length - done, 2 ** 30), position + done);
    if (got === 0)
      throw new InputError('the file ended while it was read; it is being changed by another program');
    done += got;
  }
}

/** Writes tensors as 32-bit floats, in the order of the map, through a temporary file that is then renamed. */
export function writeSafetensors(path: string, tensors: ReadonlyMap<string, Tensor>): void {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let position = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [position, position + data.byteLength] };
    position += data.byteLength;
  }
  const json = JSON.stringify(header);
  // Padded with blanks so that the numbers begin at a multiple of eight bytes.
  const headerBytes = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const prefix = new Uint8Array(PREFIX_BYTES);
  new DataView(prefix.buffer).setBigUint64(0, BigInt(headerBytes.length), true);
  const temporary = `${path}.${process.pid}.partial`;
  try {
    whileWriting(path, () => {
      const file = openSync(temporary, 'w');
      try {
        writeSync(file, prefix);
        writeSync(file, headerBytes);
        for (const { data } of tensors.values()) {
          let rest = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
          while (rest.length > 0)
            rest = rest.subarray(writeSync(file, rest, 0, Math.min(rest.length, 2 ** 30)));
        }
      } finally {
        closeSync(file);
      }
      renameSync(temporary, path);
    });
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

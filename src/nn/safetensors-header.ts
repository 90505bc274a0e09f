import { describeJson, isJsonObject, parseJson } from '../foundation';
import {
  damaged,
  LONGEST_NAME,
  MOST_AXES,
  openingOf,
  readFully,
  type StoredTensor,
  sizeOf,
  withFile,
} from './stored-tensor';

/** Bytes. The largest published encoders have headers of some 100 KB. */
const LARGEST_HEADER = 10_000_000;
export const PREFIX_BYTES = 8;

/** Bits per number of each type (https://github.com/huggingface/safetensors, safetensors/src/tensor.rs). */
const BITS = new Map(
  Object.entries({
    F64: 64,
    C64: 64,
    F32: 32,
    F16: 16,
    BF16: 16,
    F8_E4M3: 8,
    F8_E5M2: 8,
    F8_E8M0: 8,
    F8_E4M3FNUZ: 8,
    F8_E5M2FNUZ: 8,
    F6_E2M3: 6,
    F6_E3M2: 6,
    F4: 4,
    I64: 64,
    I32: 32,
    I16: 16,
    I8: 8,
    U64: 64,
    U32: 32,
    U16: 16,
    U8: 8,
    BOOL: 8,
  }),
);

/**
 * Returns the tensors listed in the header of a safetensors file: eight bytes of header length, then a JSON header
 * (https://github.com/huggingface/safetensors, "Format").
 *
 * Before memory is allocated, checks the header's length against the file's size, and that the tensors fill the file without gap or
 * overlap.
 */
export function readSafetensorsHeader(path: string): StoredTensor[] {
  return withFile(path, (file) => {
    const { entries, size } = readEntries(file, path);
    let position = 0;
    const inOrder = [...entries].sort((one, other) => one.begin - other.begin || one.end - other.end);
    for (const { name, begin, end } of inOrder) {
      if (begin !== position)
        throw damaged(path, `${describeJson(name)} begins at byte ${begin}, expected ${position}`);
      position = end;
    }
    const dataStart = PREFIX_BYTES + size.header;
    if (dataStart + position !== size.file) {
      throw damaged(path, `the header describes ${dataStart + position} bytes, the file has ${size.file}`);
    }
    return entries.map((entry) => ({
      ...entry,
      begin: entry.begin + dataStart,
      end: entry.end + dataStart,
    }));
  });
}

function readEntries(file: number, path: string) {
  const opening = openingOf(file, path);
  const size = { file: opening.size, header: 0 };
  if (size.file < PREFIX_BYTES) throw damaged(path, `${size.file} bytes are too few for a safetensors file`);
  const length = Number(new DataView(opening.start.buffer).getBigUint64(0, true));
  if (length > LARGEST_HEADER || length > size.file - PREFIX_BYTES) {
    throw damaged(path, `the header claims ${length} bytes, the file has ${size.file}`);
  }
  size.header = length;
  const bytes = new Uint8Array(length);
  readFully(file, bytes, PREFIX_BYTES);
  return { entries: parseHeader(bytes, path), size };
}

function parseHeader(bytes: Uint8Array, path: string): StoredTensor[] {
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    header = parseJson(text);
  } catch {
    throw damaged(path, 'the header is not JSON');
  }
  if (!isJsonObject(header)) throw damaged(path, 'the header is not a JSON object');
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => parseEntry(name, value, path));
  // JSON keeps the last of two equal names.
  const written = text.match(/(?<!\\)"data_offsets"\s*:/g)?.length ?? 0;
  if (written > entries.length) throw damaged(path, 'the header names a tensor twice');
  return entries;
}

function parseEntry(name: string, value: unknown, path: string): StoredTensor {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  const bits = typeof dtype === 'string' ? BITS.get(dtype) : undefined;
  const areWhole = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every(Number.isSafeInteger);
  if (
    name.length > LONGEST_NAME ||
    !bits ||
    !areWhole(shape) ||
    shape.length > MOST_AXES ||
    shape.some((extent) => extent < 0) ||
    !areWhole(offsets) ||
    offsets.length !== 2
  ) {
    throw damaged(
      path,
      `the header's entry ${describeJson(name)} has no valid dtype, shape and data_offsets`,
    );
  }
  const [begin, end] = offsets;
  const size = Math.ceil((sizeOf(shape) * bits) / 8);
  if (end - begin !== size) {
    throw damaged(
      path,
      `${describeJson(name)} of shape [${shape}] takes ${size} bytes, but its offsets span ${end - begin}`,
    );
  }
  return { name, shape, dtype: dtype as string, begin, end };
}

/** Fields of one message. Graphs have the most: one for each operator and tensor. */
const MOST_FIELDS = 200_000;

/** A field of a message: a number, or the bytes from `start` to `end` of a string, message or packed list. */
export interface Field {
  number: number;
  /** Integers only; those beyond 2^53 are rounded. */
  value: number;
  start: number;
  end: number;
  /** Whether it is a range of bytes. */
  isBytes: boolean;
}

/**
 * Calls `visit` for each field of a message in protobuf's wire format (protobuf.dev/programming-guides/encoding), in file order.
 * Nothing is copied, and fields that are not visited further cost nothing, so time and memory are bounded by the file's size. All
 * calls receive the same object, which changes between them.
 *
 * @throws Error if the bytes are not a message
 */
export function readFields(
  bytes: Uint8Array,
  start: number,
  end: number,
  visit: (field: Field) => void,
): void {
  const field: Field = { number: 0, value: 0, start: 0, end: 0, isBytes: false };
  const cursor = { position: start };
  let fields = 0;
  while (cursor.position < end) {
    const tag = readVarint(bytes, cursor, end);
    field.number = Math.floor(tag / 8);
    if (!(field.number > 0) || ++fields > MOST_FIELDS) throw new Error('it has no fields, or too many');
    field.isBytes = false;
    field.start = cursor.position;
    const wire = tag % 8;
    if (wire === 0) field.value = readVarint(bytes, cursor, end);
    else if (wire === 1) cursor.position += 8;
    else if (wire === 5) cursor.position += 4;
    else if (wire === 2) {
      const length = readVarint(bytes, cursor, end);
      field.isBytes = true;
      field.start = cursor.position;
      cursor.position += length;
      if (length < 0) throw new Error('a field has a negative length');
    } else throw new Error(`a field has the unknown wire type ${wire}`);
    if (cursor.position > end) throw new Error('a field extends beyond the end');
    field.end = cursor.position;
    visit(field);
  }
}

/** Reads the integers of a repeated field, packed or single; stops one number beyond `most`. */
export function readIntegers(bytes: Uint8Array, field: Field, into: number[], most: number): void {
  if (!field.isBytes) into.push(field.value);
  const cursor = { position: field.start };
  while (field.isBytes && cursor.position < field.end) {
    into.push(readVarint(bytes, cursor, field.end));
    if (into.length > most) break;
  }
}

export function readText(bytes: Uint8Array, { start, end }: Field): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
}

/** Signed, 64 bits. */
function readVarint(bytes: Uint8Array, cursor: { position: number }, end: number): number {
  let low = 0;
  let factor = 1;
  for (let count = 0; count < 10; count++) {
    if (cursor.position >= end) throw new Error('the file ends inside a number');
    const byte = bytes[cursor.position++];
    if (count < 9) {
      low += (byte & 0x7f) * factor;
      factor *= 128;
    } else {
      // The tenth byte contains the sign: two's complement. Rounding may lose the lower bits, which no check needs.
      return byte & 1 ? signed(bytes, cursor.position - 10) : low;
    }
    if (byte < 0x80) return low;
  }
  return low;
}

function signed(bytes: Uint8Array, start: number): number {
  let value = 0n;
  for (let index = 9; index >= 0; index--) value = (value << 7n) | BigInt(bytes[start + index] & 0x7f);
  return Number(BigInt.asIntN(64, value));
}

import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { OPENING_BYTES, toUtf8 } from '../../foundation';

/**
 * Returns the first bytes of a stream (all, if it has fewer) and the whole stream. `close` ends a stream that is not read to its end:
 * an open pipe would keep the process alive.
 */
export async function withOpening(
  input: AsyncIterable<Uint8Array>,
  bytes: number,
): Promise<{ opening: Buffer; chunks: AsyncIterable<Uint8Array>; close(): Promise<void> }> {
  const iterator = input[Symbol.asyncIterator]();
  const parts: Uint8Array[] = [];
  for (let length = 0; length < bytes; ) {
    const { value, done } = await iterator.next();
    if (done) break;
    parts.push(value);
    length += value.length;
  }
  const opening = Buffer.concat(parts);
  const close = async () => {
    await iterator.return?.();
  };
  const chunks = (async function* () {
    try {
      if (opening.length > 0) yield opening;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await close();
    }
  })();
  return { opening, chunks, close };
}

export function gunzip(packed: AsyncIterable<Uint8Array>): Readable {
  const unpacked = createGunzip();
  pipeline(packed, unpacked, () => {}); // the reader of `unpacked` receives the errors
  return unpacked;
}

/** Reads the whole stream; undefined if it has more than `most` bytes. */
export async function collected(
  chunks: AsyncIterable<Uint8Array>,
  most: number,
): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > most) return undefined;
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

/** Converts UTF-16 to UTF-8. @throws InputError for invalid UTF-16 */
export async function* fromUtf16(input: AsyncIterable<Uint8Array>, place: string): AsyncGenerator<Buffer> {
  const { opening, chunks } = await withOpening(input, OPENING_BYTES);
  const convert = toUtf8(opening, place);
  for await (const chunk of chunks) yield convert(Buffer.from(chunk), false);
  yield convert(Buffer.alloc(0), true);
}

/** Decodes UTF-8 incrementally; a character may span two pieces. */
export async function* decoded(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8');
  for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

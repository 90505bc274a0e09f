import { closeSync, openSync, readSync } from 'node:fs';
import { decodeText } from './decoding';
import { InputError, unreadable } from './errors';

/** Bytes. */
export const PIECE = 1 << 20;

/** Bytes: no string is longer. */
const LARGEST_TEXT = (1 << 29) - 1;

/**
 * A file that the user named, as text: UTF-8, UTF-16, or gzip of these.
 *
 * @param largest bytes of the file as it lies on disk
 */
export function readTextFile(path: string, largest = LARGEST_TEXT): string {
  const pieces: Buffer[] = [];
  let size = 0;
  for (const { piece } of piecesOfFile(path)) {
    size += piece.length;
    if (size > largest)
      throw new InputError(`${path}: is larger than the ${largest} bytes that such a file has; split it`);
    pieces.push(piece);
  }
  return decodeText(Buffer.concat(pieces), path);
}

/**
 * The content of a file in pieces of a mebibyte; the last may be shorter, or empty. A pipe is read to its end.
 *
 * @throws InputError if the file cannot be read
 */
export function* piecesOfFile(path: string): Generator<{ piece: Buffer; isLast: boolean }> {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    for (let isLast = false; !isLast; ) {
      const piece = Buffer.allocUnsafe(PIECE);
      let size = 0;
      while (size < PIECE && !isLast) {
        const count = readWaiting(file, piece.subarray(size));
        size += count;
        isLast = count === 0;
      }
      yield { piece: piece.subarray(0, size), isLast };
    }
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** A non-blocking pipe answers EAGAIN instead of waiting for data. */
function readWaiting(file: number, bytes: Buffer): number {
  for (;;) {
    try {
      return readSync(file, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

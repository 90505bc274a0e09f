import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { kindOfContent, whyUnusable } from './content';
import { decodeText } from './decoding';
import { InputError, unreadable } from './errors';
import { sleepSync } from './sleep';

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
 * The bytes of a file that someone else may have made. It must be a regular file of limited size, so that neither memory nor time is
 * spent on a wrong one.
 *
 * @param what the file is, for messages: "a model's configuration"
 * @param mend what to do about a wrong file, for messages
 */
export function readRegularFile(path: string, what: string, largest: number, mend: string): Buffer {
  let content: Buffer;
  try {
    const status = statSync(path);
    if (!status.isFile()) throw new InputError(`${path}: is not a regular file, as ${what} must be; ${mend}`);
    if (status.size > largest)
      throw new InputError(`${path}: has ${status.size} bytes, ${what} has at most ${largest}; ${mend}`);
    content = readFileSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  refusePointer(content, path);
  return content;
}

/** Throws InputError for a Git LFS pointer in the place of a large file. */
export function refusePointer(content: Uint8Array, path: string): void {
  const kind = kindOfContent(content);
  if (kind === 'git-lfs-pointer') throw new InputError(`${path}: ${whyUnusable(kind)}`);
}

/**
 * SHA-256 of a file's bytes in hexadecimal digits.
 *
 * @throws InputError for a pipe or a device, which may have no end
 */
export function sha256OfFile(path: string): string {
  if (!statSync(path).isFile()) throw new InputError(`${path}: is not a regular file; restore it`);
  const hash = createHash('sha256');
  for (const { piece } of piecesOfFile(path)) hash.update(piece);
  return hash.digest('hex');
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
      sleepSync(10);
    }
  }
}

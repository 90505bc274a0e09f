import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { kindOfContent, whyUnusable } from './content';
import { decodeText } from './decoding';
import { InputError, unreadable } from './errors';
import { sleepSync } from './sleep';

/** Bytes. */
export const PIECE = 1 << 20;

/** Bytes. The maximum length of a string. */
const LARGEST_TEXT = (1 << 29) - 1;

/**
 * Reads a file given by the user as text: UTF-8, UTF-16, or either gzipped.
 *
 * @param largest maximum size on disk in bytes
 */
export function readTextFile(path: string, largest = LARGEST_TEXT): string {
  const pieces: Buffer[] = [];
  let size = 0;
  for (const { piece } of piecesOfFile(path)) {
    size += piece.length;
    if (size > largest)
      throw new InputError(`${path}: is larger than the limit of ${largest} bytes; split it`);
    pieces.push(piece);
  }
  return decodeText(Buffer.concat(pieces), path);
}

/**
 * Reads a file from an untrusted source. It must be a regular file of limited size, so that a wrong one costs neither memory nor
 * time.
 *
 * @param what the kind of file, for messages: "a model's configuration"
 * @param mend how to replace a wrong file, for messages
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

/** Throws InputError if a large file is still a Git LFS pointer. */
export function refusePointer(content: Uint8Array, path: string): void {
  const kind = kindOfContent(content);
  if (kind === 'git-lfs-pointer') throw new InputError(`${path}: ${whyUnusable(kind)}`);
}

/**
 * Returns the SHA-256 of a file in hexadecimal.
 *
 * @throws InputError for a pipe or a device, which may be endless
 */
export function sha256OfFile(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === false)
    throw new InputError(`${path}: is not a regular file; restore it`);
  const hash = createHash('sha256');
  for (const { piece } of piecesOfFile(path)) hash.update(piece);
  return hash.digest('hex');
}

/**
 * Yields the content of a file in chunks of 1 MiB; the last may be shorter, or empty. A pipe is read to its end.
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

/** A non-blocking pipe returns EAGAIN instead of waiting for data. */
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

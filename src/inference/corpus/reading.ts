import { InputError } from '../../foundation';
import { whyUnreadable } from './file-path';
import { OPENING, type Opening, openingOf } from './opening';
import type { Source } from './sources';
import { fromUtf16, gunzip, withOpening } from './streams';

/** Bytes of a file that are read at a time. */
export const PIECE = 1 << 18;

/** A stream's format by its first bytes, and its decompressed content in UTF-8. `close` ends it if it is not read to the end. */
export async function openPlain(
  input: AsyncIterable<Uint8Array>,
  place: string,
): Promise<{ opening: Opening; chunks: AsyncIterable<Uint8Array>; close(): Promise<void> }> {
  const { opening: bytes, chunks, close } = await withOpening(input, OPENING);
  const opening = openingOf(bytes);
  const plain = opening.isGzip ? gunzip(chunks) : chunks;
  return { opening, chunks: opening.isUtf16 ? fromUtf16(plain, place) : plain, close };
}

/** Joins a place and an error that begins with a line number: `a.xml line 3: …`. */
export function damagedAsTold(message: string, place: string, bytes: number): Source & { kind: 'damaged' } {
  const [, more, reason] = message.startsWith(place)
    ? (/^((?: line \d+)?): (.*)$/s.exec(message.slice(place.length)) ?? [])
    : [];
  return { kind: 'damaged', place: place + (more ?? ''), bytes, reason: reason ?? message };
}

/** Returns a function that gives the growth of a total since the last call. */
export function sinceLast(total: () => number): () => number {
  let before = 0;
  return () => {
    const bytes = total() - before;
    before += bytes;
    return bytes;
  };
}

/** Reports a stream that breaks off as a damaged source, so that the next files are read. */
export async function* untilDamaged(sources: AsyncIterable<Source>, place: string): AsyncGenerator<Source> {
  try {
    yield* sources;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (error instanceof InputError) {
      yield damagedAsTold(message, place, 0);
      return;
    }
    if (!code) throw error;
    const reason = whyUnreadable(error) ?? `cannot be unpacked (${message}) to its end; get the file again`;
    yield { kind: 'damaged', place, bytes: 0, reason };
  }
}

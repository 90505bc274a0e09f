import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { unreadable } from './errors';

const PIECE = 1 << 20;

/** The lines of a UTF-8 file without their ends, read piece by piece: a file of any size can be gone through. */
export function* readLines(path: string): Generator<string> {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    const decoder = new StringDecoder('utf8');
    const bytes = Buffer.alloc(PIECE);
    let rest = '';
    for (;;) {
      let count: number;
      try {
        count = readSync(file, bytes);
      } catch (error) {
        throw unreadable(path, error);
      }
      if (count === 0) break;
      const lines = (rest + decoder.write(bytes.subarray(0, count))).split('\n');
      rest = lines.pop()!;
      yield* lines;
    }
    rest += decoder.end();
    if (rest) yield rest;
  } finally {
    closeSync(file);
  }
}

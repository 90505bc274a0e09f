import { closeSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { InputError } from './errors';
import { whileWriting } from './files';

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

function unreadable(path: string, error: unknown): InputError {
  return new InputError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code}); check the path`);
}

/**
 * Writes a file line by line. It stands under a temporary name until `finish` gives it its own; `discard` leaves nothing.
 */
export class LineWriter {
  readonly #temporary: string;
  readonly #file: number;
  #waiting: string[] = [];
  #size = 0;

  constructor(readonly path: string) {
    this.#temporary = `${path}.partial`;
    this.#file = whileWriting(path, () => {
      mkdirSync(dirname(path), { recursive: true });
      return openSync(this.#temporary, 'w');
    });
  }

  write(line: string): void {
    this.#waiting.push(line, '\n');
    this.#size += line.length;
    if (this.#size >= PIECE) this.#flush();
  }

  finish(): void {
    this.#flush();
    closeSync(this.#file);
    renameSync(this.#temporary, this.path);
  }

  discard(): void {
    closeSync(this.#file);
    rmSync(this.#temporary, { force: true });
  }

  #flush(): void {
    const content = Buffer.from(this.#waiting.join(''));
    whileWriting(this.path, () => {
      for (let done = 0; done < content.length; ) done += writeSync(this.#file, content, done);
    });
    this.#waiting = [];
    this.#size = 0;
  }
}

import { OutputFile } from './output-file';

/** Number of characters to buffer before writing. */
const PIECE = 1 << 20;

/** Writes a file line by line. `finish` renames the complete file; `discard` deletes it. */
export class LineWriter {
  readonly #file: OutputFile;
  #waiting: string[] = [];
  #size = 0;

  constructor(readonly path: string) {
    this.#file = new OutputFile(path);
  }

  write(line: string): void {
    this.#waiting.push(line, '\n');
    this.#size += line.length;
    if (this.#size >= PIECE) this.#flush();
  }

  finish(): void {
    this.#flush();
    this.#file.finish();
  }

  discard(): void {
    this.#file.discard();
  }

  #flush(): void {
    this.#file.write(Buffer.from(this.#waiting.join('')));
    this.#waiting = [];
    this.#size = 0;
  }
}

import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { InputError, whileWriting, writeFileAtomically } from '../../foundation';

/** What was done up to a point. */
export interface Totals {
  sources: number;
  documents: number;
  sentences: number;
  entities: number;
  damaged: number;
  /** Of the input, as it lies on disk. */
  bytes: number;
}

export const NOTHING_DONE: Totals = {
  sources: 0,
  documents: 0,
  sentences: 0,
  entities: 0,
  damaged: 0,
  bytes: 0,
};

interface Journal extends Totals {
  /** Of everything that decides what the output says. */
  run: string;
  /** Of the output that is whole; what lies behind in the file was cut off in the midst. */
  written: number;
}

/**
 * A file that is written in steps and can be gone on with after a kill. Until it is whole it stands under `PATH.part`; beside it
 * `PATH.part.json` says, after each step, how much of it counts and how many sources that took.
 */
export class ResumableOutput {
  #file: number | undefined; // opened with the first lines: a run that fails before leaves nothing
  readonly #part: string;
  readonly #journal: string;
  readonly #run: string;
  #written: number;
  totals: Totals;

  /**
   * @param run all that decides what the output says: inputs, model, settings
   * @param resume goes on with what an earlier run of the same left, if there is something
   * @returns undefined where that run was finished
   */
  static open(path: string, run: unknown, resume: boolean): ResumableOutput | undefined {
    const part = `${path}.part`;
    const journal = `${part}.json`;
    const fingerprint = createHash('sha256').update(JSON.stringify(run)).digest('hex');
    if (!existsSync(journal)) {
      if (resume && existsSync(path)) return undefined;
      return new ResumableOutput(path, fingerprint, 0, NOTHING_DONE);
    }
    const { run: other, written, ...totals } = readJournal(journal);
    if (!resume) {
      throw new InputError(
        `${part}: holds ${totals.documents} documents of a run that was stopped; add --resume to go on, or delete it and ${journal} to start anew`,
      );
    }
    if (other !== fingerprint) {
      throw new InputError(
        `${part}: was begun with another model, other inputs or options; give the same, or delete it and ${journal} to start anew`,
      );
    }
    if (!existsSync(part) && existsSync(path) && statSync(path).size === written) {
      rmSync(journal); // killed right after the last step
      return undefined;
    }
    if (!existsSync(part) || statSync(part).size < written) {
      throw new InputError(
        `${part}: is shorter than ${journal} says; delete both, and run the command again`,
      );
    }
    return new ResumableOutput(path, fingerprint, written, totals);
  }

  private constructor(
    private readonly path: string,
    run: string,
    written: number,
    totals: Totals,
  ) {
    this.#part = `${path}.part`;
    this.#journal = `${this.#part}.json`;
    this.#run = run;
    this.#written = written;
    this.totals = totals;
  }

  /** Adds lines that are whole; a kill at any moment leaves them counted or not there. */
  append(lines: string, totals: Totals): void {
    const content = Buffer.from(lines);
    const file = this.#opened();
    whileWriting(this.#part, () => {
      for (let done = 0; done < content.length; ) {
        done += writeSync(file, content, done, content.length - done, this.#written + done);
      }
      fdatasyncSync(file);
    });
    this.#written += content.length;
    this.totals = totals;
    const journal: Journal = { run: this.#run, written: this.#written, ...totals };
    writeFileAtomically(this.#journal, `${JSON.stringify(journal)}\n`);
  }

  #opened(): number {
    if (this.#file !== undefined) return this.#file;
    const file = whileWriting(this.#part, () => {
      mkdirSync(dirname(this.path), { recursive: true });
      return openSync(this.#part, this.#written > 0 ? 'r+' : 'w');
    });
    ftruncateSync(file, this.#written);
    this.#file = file;
    return file;
  }

  /** Gives the file its name. Where no document could be used there is none. */
  finish(): void {
    closeSync(this.#opened());
    if (this.totals.documents === 0) rmSync(this.#part);
    else whileWriting(this.path, () => renameSync(this.#part, this.path));
    rmSync(this.#journal, { force: true });
  }
}

function readJournal(path: string): Journal {
  try {
    const journal = JSON.parse(readFileSync(path, 'utf8')) as Journal;
    if (Number.isSafeInteger(journal.written) && Number.isSafeInteger(journal.sources)) return journal;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new InputError(`${path}: does not say how far the run came; delete it and the file beside it`);
}

/** The file's content in short, for the fingerprint of a run. */
export function hashOfFile(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

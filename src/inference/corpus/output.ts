import { createHash, type Hash } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import {
  acquireLock,
  InputError,
  outputTarget,
  unwritable,
  whileWriting,
  writeFileAtomically,
} from '../../foundation';
import { FINGERPRINT } from './fingerprint';

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
  /** Hash of that much of the output and of the other fields: what was damaged since is not believed. */
  check: string;
}

/** What stands beside an output until it is whole. */
export function companionsOf(path: string): string[] {
  return ['.part', '.part.json', '.part.inputs', '.lock'].map((ending) => path + ending);
}

/**
 * A file that is written in steps and can be resumed after a kill. Until it is whole it stands under `PATH.part`. Beside it,
 * `PATH.part.json` says after each step how much of it counts and how many sources that took; `PATH.part.inputs` has a fingerprint
 * of each of these sources. A lock keeps other runs away. Where the path is a link, all this is so of the file that it leads to.
 */
export class ResumableOutput {
  #part: number | undefined; // opened with the first lines: a run that fails before leaves nothing
  #inputs: number | undefined;
  #written: number;
  totals: Totals;

  /**
   * @param run all that decides what the output says, but for the content of the inputs
   * @param resume continues what an earlier run of the same left, if there is something
   * @returns undefined where that run was finished
   * @throws InputError where another run is writing there
   */
  static open(path: string, run: unknown, resume: boolean): ResumableOutput | undefined {
    const target = outputTarget(path);
    const release = acquireLock(target.path);
    try {
      const output = ResumableOutput.#open(target.path, run, resume, release);
      if (!output) release();
      return output;
    } catch (error) {
      release();
      throw error;
    }
  }

  static #open(
    path: string,
    run: unknown,
    resume: boolean,
    release: () => void,
  ): ResumableOutput | undefined {
    const [part, journal, inputs] = companionsOf(path);
    const fingerprint = createHash('sha256').update(JSON.stringify(run)).digest('hex');
    if (!regularFile(journal)) {
      if (resume && regularFile(path)) return undefined;
      return new ResumableOutput(path, fingerprint, 0, NOTHING_DONE, release);
    }
    const { check, ...record } = readJournal(journal);
    const { run: other, written, ...totals } = record;
    if (!resume) {
      throw new InputError(
        `${part}: holds ${totals.documents} documents of a run that was stopped; add --resume to continue it, or delete it and ${journal} to start anew`,
      );
    }
    if (other !== fingerprint) {
      throw new InputError(
        `${part}: was begun with another model, other inputs or options; give the same, or delete it and ${journal} to start anew`,
      );
    }
    const stopped = regularFile(part);
    const isAsNoted = (file: string) => {
      const hash = hashOfStart(file, written);
      return checkOf(hash, record) === check ? hash : undefined;
    };
    if (!stopped && regularFile(path)?.size === written && isAsNoted(path)) {
      for (const file of [journal, inputs]) rmSync(file, { force: true }); // killed right after the last step
      return undefined;
    }
    const fingerprints = regularFile(inputs)?.size ?? 0;
    if (!stopped || stopped.size < written || fingerprints < totals.sources * FINGERPRINT) {
      throw new InputError(
        `${part}: is shorter than ${journal} says, or ${inputs} is; delete the three, and run the command again`,
      );
    }
    const hash = isAsNoted(part);
    if (!hash)
      throw new InputError(
        `${part}: is not what was written there, or ${journal} is not; delete the three with ${inputs}, and run the command again`,
      );
    return new ResumableOutput(path, fingerprint, written, totals, release, hash);
  }

  private constructor(
    private readonly path: string,
    private readonly run: string,
    written: number,
    totals: Totals,
    private readonly release: () => void,
    /** Of all that is written. */
    private readonly hash: Hash = createHash('sha256'),
  ) {
    this.#written = written;
    this.totals = totals;
  }

  /** Of the sources that are done, in their order. */
  *fingerprints(): Generator<Buffer> {
    const [, , inputs] = companionsOf(this.path);
    const file = openSync(inputs, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const bytes = Buffer.alloc(FINGERPRINT << 12);
      for (let done = 0; done < this.totals.sources * FINGERPRINT; ) {
        const count = readSync(file, bytes, 0, bytes.length, done);
        for (let start = 0; start + FINGERPRINT <= count; start += FINGERPRINT)
          yield Buffer.from(bytes.subarray(start, start + FINGERPRINT));
        done += count;
        if (count === 0) return;
      }
    } finally {
      closeSync(file);
    }
  }

  /** Adds lines that are whole; a kill at any moment leaves them counted or not there. */
  append(lines: string, totals: Totals, fingerprints: Uint8Array): void {
    const [part, journal, inputs] = companionsOf(this.path);
    const content = Buffer.from(lines);
    this.#part ??= this.#opened(part, this.#written);
    this.#inputs ??= this.#opened(inputs, this.totals.sources * FINGERPRINT);
    writeAt(part, this.#part, content, this.#written);
    writeAt(inputs, this.#inputs, fingerprints, this.totals.sources * FINGERPRINT);
    this.#written += content.length;
    this.totals = totals;
    this.hash.update(content);
    const record = { run: this.run, written: this.#written, ...totals };
    const noted: Journal = { ...record, check: checkOf(this.hash, record) };
    writeFileAtomically(journal, `${JSON.stringify(noted)}\n`);
  }

  /** A file that goes on at a place; from 0 on it is made anew, and no link in its place is followed. */
  #opened(path: string, size: number): number {
    const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = constants;
    const replaced = regularFile(this.path);
    return whileWriting(path, () => {
      if (size === 0) rmSync(path, { force: true });
      const isNew = size === 0 ? O_CREAT | O_EXCL : 0;
      const file = openSync(path, O_RDWR | O_NOFOLLOW | isNew, replaced?.mode ?? 0o666);
      if (!fstatSync(file).isFile()) throw notRegular(path);
      if (replaced && isNew) fchmodSync(file, replaced.mode);
      ftruncateSync(file, size);
      return file;
    });
  }

  /** Gives the file its name. Where no document could be used there is none. */
  finish(): void {
    const [part, journal, inputs] = companionsOf(this.path);
    this.#part ??= this.#opened(part, this.#written);
    closeSync(this.#part);
    if (this.totals.documents === 0) rmSync(part);
    else whileWriting(this.path, () => renameSync(part, this.path));
    for (const file of [journal, inputs]) rmSync(file, { force: true });
  }

  /** Lets other runs write there. */
  close(): void {
    this.release();
  }
}

function writeAt(path: string, file: number, content: Uint8Array, place: number): void {
  whileWriting(path, () => {
    for (let done = 0; done < content.length; ) {
      done += writeSync(file, content, done, content.length - done, place + done);
    }
    fdatasyncSync(file);
  });
}

/** @throws InputError where something else stands there: a link, say, that would be followed */
function regularFile(path: string): Stats | undefined {
  let found: Stats | undefined;
  try {
    found = lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw unwritable(path, error);
  }
  if (found && !found.isFile()) throw notRegular(path);
  return found;
}

function notRegular(path: string): InputError {
  return new InputError(
    `${path}: is no regular file, as this command makes there; remove it, or choose another output`,
  );
}

function checkOf(output: Hash, record: Omit<Journal, 'check'>): string {
  return output.copy().update(JSON.stringify(record)).digest('hex');
}

/** Of the first bytes of a file. */
function hashOfStart(path: string, size: number): Hash {
  const hash = createHash('sha256');
  const file = openSync(path, 'r');
  try {
    const piece = Buffer.alloc(1 << 20);
    for (let done = 0; done < size; ) {
      const count = readSync(file, piece, 0, Math.min(piece.length, size - done), done);
      if (count === 0) break;
      hash.update(piece.subarray(0, count));
      done += count;
    }
    return hash;
  } finally {
    closeSync(file);
  }
}

function readJournal(path: string): Journal {
  try {
    const journal = JSON.parse(readFileSync(path, 'utf8')) as Journal;
    if (isCount(journal?.written) && isCount(journal.sources)) return journal;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new InputError(`${path}: does not say how far the run came; delete it and the file beside it`);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The file's content in short, for the fingerprint of a run. @throws InputError for a pipe or a device, which might have no end */
export function hashOfFile(path: string): string {
  const found = statSync(path);
  if (!found.isFile()) throw new InputError(`${path}: is no regular file; a model is made of these`);
  return hashOfStart(path, found.size).digest('hex');
}

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
  writeSync,
} from 'node:fs';
import {
  acquireLock,
  counted,
  InputError,
  outputTarget,
  unwritable,
  whileWriting,
  writeFileAtomically,
} from '../../foundation';
import { FINGERPRINT } from './fingerprint';

/** Totals of the finished work. */
export interface Totals {
  sources: number;
  documents: number;
  sentences: number;
  entities: number;
  damaged: number;
  /** Of the input, as stored on disk. */
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
  /** Run fingerprint: a hash of everything that determines the output. */
  run: string;
  /** Bytes of complete output; anything after them is incomplete. */
  written: number;
  /** Hash of these bytes and of the other fields, to detect later changes. */
  check: string;
}

/** The files beside an output until it is complete. */
export function companionsOf(path: string): string[] {
  return ['.part', '.part.json', '.part.inputs', '.lock'].map((ending) => path + ending);
}

/**
 * A file that is written in steps and can be resumed after a kill. It is named `PATH.part` and renamed when complete. After each
 * step `PATH.part.json` records how many of its bytes are valid and how many sources they cover; `PATH.part.inputs` has a fingerprint
 * of each of these sources. A lock excludes other runs. If the path is a link, all these files are beside its target.
 */
export class ResumableOutput {
  #part: number | undefined; // opened with the first lines, so that a run that fails earlier leaves no file
  #inputs: number | undefined;
  #written: number;
  totals: Totals;

  /**
   * @param run everything that determines the output, except the content of the inputs
   * @param resume resumes a stopped run, if there is one
   * @returns undefined if that run had finished
   * @throws InputError if another run is writing there
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
        `${part}: holds ${counted(totals.documents, 'document')} of a stopped run; add --resume to continue it, or delete it and ${journal} to start again`,
      );
    }
    if (other !== fingerprint) {
      throw new InputError(
        `${part}: was started with another model, other inputs or options; give the same, or delete it and ${journal} to start again`,
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
        `${part}: or ${inputs} is shorter than ${journal} records; delete all three and run the command again`,
      );
    }
    const hash = isAsNoted(part);
    if (!hash)
      throw new InputError(
        `${part}: or ${journal} was changed since it was written; delete both and ${inputs}, and run the command again`,
      );
    return new ResumableOutput(path, fingerprint, written, totals, release, hash);
  }

  private constructor(
    private readonly path: string,
    private readonly run: string,
    written: number,
    totals: Totals,
    private readonly release: () => void,
    /** Totals of everything written. */
    private readonly hash: Hash = createHash('sha256'),
  ) {
    this.#written = written;
    this.totals = totals;
  }

  /** Yields the fingerprints of the finished sources, in order. */
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

  /** Appends complete lines atomically: after a kill, either all of them count or none. */
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

  /** Opens a file for writing from `size`; at 0 it is created. Links are not followed. */
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

  /** Renames the file; removes it if no document could be used. */
  finish(): void {
    const [part, journal, inputs] = companionsOf(this.path);
    this.#part ??= this.#opened(part, this.#written);
    closeSync(this.#part);
    if (this.totals.documents === 0) rmSync(part);
    else whileWriting(this.path, () => renameSync(part, this.path));
    for (const file of [journal, inputs]) rmSync(file, { force: true });
  }

  /** Releases the lock. */
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

/** @throws InputError for anything but a regular file, such as a link */
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
  return new InputError(`${path}: is not a regular file; remove it, or choose another output`);
}

function checkOf(output: Hash, record: Omit<Journal, 'check'>): string {
  return output.copy().update(JSON.stringify(record)).digest('hex');
}

/** Hashes the first bytes of a file. */
function hashOfStart(path: string, size: number): Hash {
  const hash = createHash('sha256');
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
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
  throw new InputError(`${path}: does not record the progress of the run; delete it and the file beside it`);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

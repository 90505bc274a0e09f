import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { unwritable } from './errors';
import { outputTarget } from './output-path';
import { isRunning } from './running';
import { sleepSync } from './sleep';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;

/**
 * A file written under a temporary name and renamed when complete, so readers never see a partial file. Links are followed and
 * remain links. Pipes, terminals and other character devices are written directly.
 *
 * Throws InputError for every error of the system.
 */
export class OutputFile {
  readonly #descriptor: number;
  readonly #isOwn: boolean; // false for a descriptor that was already open, and stays open
  readonly #temporary: string | undefined;
  readonly #target: string;

  /** @param mode permissions of a new file; an existing file keeps its permissions */
  constructor(
    readonly path: string,
    mode = 0o666,
  ) {
    const target = outputTarget(path);
    this.#target = target.path;
    if (target.kind === 'stream') {
      this.#isOwn = target.descriptor === undefined;
      this.#descriptor = target.descriptor ?? whileWriting(path, () => openSync(target.path, O_WRONLY));
      return;
    }
    this.#isOwn = true;
    const temporary = join(dirname(target.path), temporaryName(basename(target.path)));
    this.#temporary = temporary;
    this.#descriptor = whileWriting(path, () => {
      mkdirSync(dirname(target.path), { recursive: true });
      removeLeftoversOf(target.path);
      return openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, target.existing?.mode ?? mode);
    });
    if (target.existing) this.#keepOwner(target.existing);
  }

  write(content: Uint8Array): void {
    whileWriting(this.path, () => writeFully(this.#descriptor, content));
  }

  /**
   * Renames the file.
   *
   * @param outdated files made from the old content. They are deleted just before: a kill in between leaves the old
   * content without them, never the new content with them.
   */
  finish(outdated: readonly string[] = []): void {
    try {
      whileWriting(this.path, () => {
        if (this.#temporary) fsyncSync(this.#descriptor);
        this.#close();
        for (const path of outdated) rmSync(path, { force: true });
        if (this.#temporary) renameSync(this.#temporary, this.#target);
      });
    } catch (error) {
      if (this.#temporary) rmSync(this.#temporary, { force: true });
      throw error;
    }
  }

  /** Deletes the file; data written to a pipe cannot be undone. */
  discard(): void {
    this.#close();
    if (this.#temporary) rmSync(this.#temporary, { force: true });
  }

  #close(): void {
    if (this.#isOwn) closeSync(this.#descriptor);
  }

  #keepOwner({ mode, uid, gid }: Stats): void {
    try {
      fchmodSync(this.#descriptor, mode);
      fchownSync(this.#descriptor, uid, gid);
    } catch {
      // Without permission to change the owner, the new file belongs to this user.
    }
  }
}

/**
 * Writes to a temporary file in the same folder, then renames it. @param mode permissions of a new file, such as 0o600 for secrets
 */
export function writeFileAtomically(path: string, content: string | Uint8Array, mode?: number): void {
  writePieces(path, [typeof content === 'string' ? Buffer.from(content) : content], { mode });
}

/** Like `writeFileAtomically`, for content in pieces. @param outdated as for `OutputFile.finish` */
export function writePieces(
  path: string,
  pieces: Iterable<Uint8Array>,
  { mode, outdated }: { mode?: number; outdated?: readonly string[] } = {},
): void {
  const file = new OutputFile(path, mode);
  try {
    for (const piece of pieces) file.write(piece);
  } catch (error) {
    file.discard();
    throw error;
  }
  file.finish(outdated);
}

/** Runs `write`; converts system errors into InputErrors that name the path. */
export function whileWriting<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Delay before retrying when a pipe is full. */
const WAIT_MILLISECONDS = 5;
/** Bytes per write call: the system accepts at most 2 GiB. */
const LARGEST_PIECE = 2 ** 30;

function writeFully(descriptor: number, content: Uint8Array): void {
  for (let done = 0; done < content.length; ) {
    try {
      done += writeSync(descriptor, content, done, Math.min(content.length - done, LARGEST_PIECE));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      sleepSync(WAIT_MILLISECONDS);
    }
  }
}

/** Bytes. Temporary names omit longer file names, which leave no room for a suffix. */
const LONGEST_KEPT = 180;

const keptName = (name: string) => (Buffer.byteLength(name) > LONGEST_KEPT ? 'output' : name);

/** Identifies this machine: in a shared folder, a process on another machine may have any process number. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

function temporaryName(name: string): string {
  return `${keptName(name)}.${HOST}-${process.pid}-${randomBytes(4).toString('hex')}.partial`;
}

const TEMPORARY = /^(.+)\.([0-9a-f]{8})-(\d{1,9})-[0-9a-f]{8}\.partial$/s;

/** Returns the name of the file that a killed process was writing when it left this temporary file; undefined for other files. */
export function nameOfLeftover(name: string): string | undefined {
  return TEMPORARY.exec(name)?.[1];
}

/** Files left by processes that have exited, by folder, as listed at the first write. */
const leftovers = new Map<string, string[]>();

/** Deletes temporary files of `path` left by killed processes. */
function removeLeftoversOf(path: string): void {
  const folder = dirname(path);
  // Listed once per folder: a collection has very many files.
  if (!leftovers.has(folder)) leftovers.set(folder, readdirSync(folder).filter(isOfEndedProcess));
  const kept = keptName(basename(path));
  for (const name of leftovers.get(folder)!.filter((name) => nameOfLeftover(name) === kept))
    rmSync(join(folder, name), { force: true });
}

function isOfEndedProcess(name: string): boolean {
  const [, , host, pid] = TEMPORARY.exec(name) ?? [];
  if (host !== HOST) return false;
  return !isRunning(Number(pid));
}

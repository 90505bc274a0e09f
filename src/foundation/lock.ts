import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { InputError, unwritable } from './errors';
import { whileWriting } from './output-file';
import { isRunning } from './running';
import { sleepSync } from './sleep';

interface Owner {
  pid: number;
  /** Start time of the process, in ticks since boot: a later process with the same number has another. */
  started?: string;
  host: string;
}

/**
 * Locks a path for one process with a file `path.lock` (in a folder: `.lock`) that names the process. The lock of a process that no
 * longer runs, for example because it was killed, is taken over.
 *
 * @returns a function that releases the lock
 * @throws InputError if another run, or this process, holds the lock
 */
export function acquireLock(path: string): () => void {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory();
  const lock = isFolder ? join(path, '.lock') : `${path}.lock`;
  const own: Owner = { pid: process.pid, started: startOf(process.pid), host: hostname() };
  whileWriting(path, () => mkdirSync(dirname(lock), { recursive: true }));
  while (!tryToLock(path, lock, own)) {
    const content = contentOf(lock);
    const owner = content === undefined ? undefined : ownerIn(content);
    if (owner && owner.host !== own.host)
      throw new InputError(
        `${path}: is in use on another machine (process ${owner.pid} of ${owner.host}); wait for it, or delete ${lock} if that run has ended`,
      );
    if (owner && isAlive(owner))
      throw new InputError(
        `${path}: is in use by another run (process ${owner.pid}); wait for it, or choose another output`,
      );
    if (content !== undefined) removeStale(lock, content);
  }
  return () => {
    if (ownerIn(contentOf(lock) ?? '')?.pid === own.pid) rmSync(lock, { force: true });
  };
}

/** Runs `work` while the path is locked. */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const release = acquireLock(path);
  try {
    return await work();
  } finally {
    release();
  }
}

/** @param path the output, which errors name */
function tryToLock(path: string, lock: string, own: Owner): boolean {
  let file: number;
  try {
    file = openSync(lock, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw unwritable(path, error);
  }
  whileWriting(path, () => writeSync(file, `${JSON.stringify(own)}\n`));
  closeSync(file);
  return true;
}

/** Characters, more than a lock file has. */
const LONGEST_LOCK = 1000;

/** Returns undefined if the lock has just been released. A process that has just created it may not have written to it yet. */
function contentOf(lock: string): string | undefined {
  for (let tries = 0; ; tries++) {
    let content: string;
    try {
      content = readFileSync(lock, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new InputError(`${lock}: cannot be read; delete it if no other run is active`);
    }
    if (content.length > LONGEST_LOCK)
      throw new InputError(
        `${lock}: is not a lock file but has the name of one; rename it, or choose another output`,
      );
    if (ownerIn(content) || tries >= 10) return content;
    sleepSync(20);
  }
}

function ownerIn(content: string): Owner | undefined {
  try {
    const owner = JSON.parse(content) as Owner;
    return Number.isSafeInteger(owner?.pid) && owner.pid > 0 ? owner : undefined;
  } catch {
    return undefined;
  }
}

/** Renames the lock before deleting it, so that a lock created by another run in between is not deleted. */
function removeStale(lock: string, content: string): void {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (contentOf(aside) === content) rmSync(aside, { force: true });
  else renameSync(aside, lock);
}

function isAlive({ pid, started }: Owner): boolean {
  return isRunning(pid) && (started === undefined || startOf(pid) === started);
}

/** proc(5), field 22; undefined without /proc. */
function startOf(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return fields.slice(fields.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

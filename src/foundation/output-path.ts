import {
  accessSync,
  constants,
  fstatSync,
  lstatSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InputError, unwritable } from './errors';

/**
 * Target of an output path with links followed: a regular file, existing or not, which is replaced as a whole; or a pipe, terminal
 * or other character device, which is written to. `descriptor` is set if it is already open, such as `/dev/stdout`.
 */
export type OutputTarget =
  | { kind: 'file'; path: string; existing?: Stats }
  | { kind: 'stream'; path: string; descriptor?: number };

/** Bytes in a file or folder name, for every file system of Linux. */
const LONGEST_NAME = 255;

/** Maximum number of links that Linux follows. */
const MOST_LINKS = 40;

/** @throws InputError if no file can be written at the path: a folder, a block device, a socket, a cycle of links, an empty path */
export function outputTarget(path: string): OutputTarget {
  if (path === '') throw new InputError('the output path is empty; name a file');
  try {
    refuseLongNames(path);
    const { place, descriptor } = followLinks(path);
    if (descriptor !== undefined) return { kind: 'stream', path: place, descriptor };
    const found = lstatSync(place, { throwIfNoEntry: false });
    if (found?.isDirectory() || /\/\.{0,2}$/.test(path))
      throw new InputError(`${path}: is a folder; name a file in it`);
    if (!found || found.isFile()) return { kind: 'file', path: place, existing: found };
    if (found.isFIFO() || found.isCharacterDevice()) return { kind: 'stream', path: place };
  } catch (error) {
    throw unwritable(path, error);
  }
  throw new InputError(`${path}: is a ${describeOther(path)}; name a file`);
}

/**
 * Checks, before any work is done, that a file can be written and is not one of the inputs. Follows links; creates nothing.
 *
 * @param inputs files and folders that will be read
 * @throws InputError with the reason
 */
export function checkOutputFile(path: string, inputs: readonly string[] = []): void {
  const target = outputTarget(path);
  const own = target.kind === 'file' ? target.existing : statOfStream(target);
  refuseInputs(path, own, inputs);
  if (target.kind === 'stream') return;
  if (target.existing) checkPermission(path, target.path);
  checkFolderOf(path, target.path);
}

/** The same check for an output folder. It may exist and contain files; list folders that must not be written to in `inputs`. */
export function checkOutputFolder(path: string, inputs: readonly string[] = []): void {
  if (path === '') throw new InputError('the output path is empty; name a folder');
  let found: Stats | undefined;
  try {
    refuseLongNames(path);
    found = statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw unwritable(path, error);
  }
  if (found && !found.isDirectory()) throw new InputError(`${path}: is not a folder; name a folder`);
  refuseInputs(path, found, inputs);
  if (found) checkPermission(path, path);
  else checkFolderOf(path, resolve(path));
}

/** The system rejects long names in folders that do not exist yet only when they are created. */
function refuseLongNames(path: string): void {
  if (path.split('/').some((name) => Buffer.byteLength(name) > LONGEST_NAME))
    throw Object.assign(new Error('a name is too long'), { code: 'ENAMETOOLONG' });
}

/** Resolves all links of a path; the target need not exist. */
function followLinks(path: string): { place: string; descriptor?: number } {
  let place = resolve(path);
  for (let links = 0; links <= MOST_LINKS; links++) {
    const descriptor = descriptorNamedBy(place);
    if (descriptor !== undefined) return { place, descriptor };
    let target: string;
    try {
      target = readlinkSync(place);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EINVAL' || code === 'ENOENT') return { place }; // not a link, or does not exist yet
      throw error;
    }
    place = resolve(realpathSync(dirname(place)), target);
  }
  throw Object.assign(new Error('too many links'), { code: 'ELOOP' });
}

/** `/dev/stdout` and the like are already open; reopening them would truncate a file that the shell appends to. */
function descriptorNamedBy(place: string): number | undefined {
  const named = ['/dev/stdin', '/dev/stdout', '/dev/stderr'].indexOf(place);
  if (named >= 0) return named;
  const [, process_, number] = /^\/(dev|proc\/[^/]+)\/fd\/(\d+)$/.exec(place) ?? [];
  const isOwn = ['dev', 'proc/self', 'proc/thread-self', `proc/${process.pid}`].includes(process_);
  return isOwn ? Number(number) : undefined;
}

function describeOther(path: string): string {
  const found = statSync(path);
  return found.isBlockDevice() ? 'device' : found.isSocket() ? 'socket' : 'special file';
}

function statOfStream({ path, descriptor }: OutputTarget & { kind: 'stream' }): Stats | undefined {
  try {
    return descriptor === undefined ? statSync(path) : fstatSync(descriptor);
  } catch (error) {
    throw unwritable(path, error);
  }
}

function refuseInputs(path: string, own: Stats | undefined, inputs: readonly string[]): void {
  // Terminals and /dev/null may be both read and written.
  if (!own || own.isCharacterDevice()) return;
  for (const input of inputs) {
    const other = statOf(input);
    if (other && other.ino === own.ino && other.dev === own.dev)
      throw new InputError(`${path}: is an input (${input}) and would be overwritten; choose another output`);
  }
}

/** Returns undefined if the path does not exist or is a cycle of links, which is reported when it is read. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** The nearest existing parent must be a writable folder. */
function checkFolderOf(path: string, place: string): void {
  for (let folder = dirname(place); ; folder = join(folder, '..')) {
    let found: Stats | undefined;
    try {
      found = statSync(folder, { throwIfNoEntry: false });
    } catch (error) {
      throw unwritable(path, error);
    }
    if (!found) continue;
    if (!found.isDirectory())
      throw new InputError(`${path}: cannot be written, ${folder} is a file; choose another place`);
    checkPermission(path, folder);
    return;
  }
}

function checkPermission(path: string, place: string): void {
  try {
    accessSync(place, constants.W_OK);
  } catch (error) {
    throw unwritable(path, error);
  }
}

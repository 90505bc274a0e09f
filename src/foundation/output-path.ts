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
 * What an output path names once its links are followed: a regular file, existing or not, which is replaced as a whole; or a pipe,
 * terminal or other character device, which is written to. `descriptor` is set for one that is open already, such as `/dev/stdout`.
 */
export type OutputTarget =
  | { kind: 'file'; path: string; existing?: Stats }
  | { kind: 'stream'; path: string; descriptor?: number };

/** Bytes of a name of a file or folder, in every file system of Linux. */
const LONGEST_NAME = 255;

/** Linux follows no more. */
const MOST_LINKS = 40;

/** @throws InputError for a path where no file can be written: a folder, a block device, a socket, a circle of links, an empty path */
export function outputTarget(path: string): OutputTarget {
  if (path === '') throw new InputError('an output path is empty; name a file');
  try {
    refuseLongNames(path);
    const { place, descriptor } = followLinks(path);
    if (descriptor !== undefined) return { kind: 'stream', path: place, descriptor };
    const found = lstatSync(place, { throwIfNoEntry: false });
    if (found?.isDirectory() || /\/\.{0,2}$/.test(path))
      throw new InputError(`${path}: names a folder; name a file in it`);
    if (!found || found.isFile()) return { kind: 'file', path: place, existing: found };
    if (found.isFIFO() || found.isCharacterDevice()) return { kind: 'stream', path: place };
  } catch (error) {
    throw unwritable(path, error);
  }
  throw new InputError(`${path}: is a ${describeOther(path)}; name a file`);
}

/**
 * Refuses, before any work is done, a file that could not be written later or that is one of the inputs. Follows links; creates
 * nothing.
 *
 * @param inputs files and folders that the work reads
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

/**
 * The same for a folder that receives files. It may exist and hold files; a folder that must not be written to belongs in `inputs`.
 */
export function checkOutputFolder(path: string, inputs: readonly string[] = []): void {
  if (path === '') throw new InputError('an output path is empty; name a folder');
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

/** The system would refuse names in folders that do not exist yet only when they are made. */
function refuseLongNames(path: string): void {
  if (path.split('/').some((name) => Buffer.byteLength(name) > LONGEST_NAME))
    throw Object.assign(new Error('a name is too long'), { code: 'ENAMETOOLONG' });
}

/** The path that all links lead to, which need not exist. */
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
      if (code === 'EINVAL' || code === 'ENOENT') return { place }; // no link; nothing there yet
      throw error;
    }
    place = resolve(realpathSync(dirname(place)), target);
  }
  throw Object.assign(new Error('too many links'), { code: 'ELOOP' });
}

/** `/dev/stdout` and the like are open already; opening them again would truncate a file that the shell appends to. */
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
  // Terminals and /dev/null may be read and written at once.
  if (!own || own.isCharacterDevice()) return;
  for (const input of inputs) {
    const other = statOf(input);
    if (other && other.ino === own.ino && other.dev === own.dev)
      throw new InputError(`${path}: is an input (${input}) and would be overwritten; choose another output`);
  }
}

/** Undefined for what does not exist or is a circle of links, which is reported when it is read. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** The nearest existing parent must be a folder that we may write to. */
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

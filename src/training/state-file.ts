import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { InputError, parseJson, unreadable } from '../foundation';

/** Bytes. State files are small; a larger one is not ours. */
const LARGEST = 256 * 2 ** 20;

/**
 * Reads a state file from an earlier run as text; undefined if there is none. It must be a regular file; links are not followed.
 *
 * @throws InputError for anything else, or for more than `largest` bytes
 */
export function readStateFile(path: string, largest = LARGEST): string | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP') throw new InputError(`${path}: is a link, which runs do not follow; remove it`);
    throw unreadable(path, error);
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new InputError(`${path}: is not a regular file; remove it`);
    if (stat.size > largest)
      throw new InputError(`${path}: is larger than the limit of ${largest} bytes; remove it`);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

/** Reads a state file as JSON, unchecked; undefined if there is no file. @param mend what to do if it is not valid JSON */
export function readJsonState(path: string, largest: number, mend: string): { value: unknown } | undefined {
  const content = readStateFile(path, largest);
  if (content === undefined) return undefined;
  try {
    return { value: parseJson(content) };
  } catch {
    throw new InputError(`${path}: not valid JSON; ${mend}`);
  }
}

/** Returns whether a value is an integer within bounds. */
export function isCount(
  value: unknown,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): value is number {
  return Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most;
}

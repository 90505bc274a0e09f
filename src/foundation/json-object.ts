import { readFileSync, statSync } from 'node:fs';
import { InputError, unreadable } from './errors';
import { parseJson } from './json';

/** Git keeps such a text in the place of a large file that it has not fetched (github.com/git-lfs/git-lfs, docs/spec.md). */
const LFS_POINTER = 'version https://git-lfs.github.com/spec/';

export function isLfsPointer(content: Uint8Array): boolean {
  const start = Buffer.from(content.buffer, content.byteOffset, Math.min(content.length, LFS_POINTER.length));
  return start.toString('latin1') === LFS_POINTER;
}

/** What to say of a file that `isLfsPointer` recognizes. */
export const lfsPointerError = (path: string): InputError =>
  new InputError(
    `${path}: is a Git LFS pointer and not the file itself; run \`git lfs pull\` in its repository`,
  );

/**
 * A JSON object from a file that someone else may have made: a regular file of limited size, so that neither memory nor time is
 * spent on what cannot be right.
 *
 * @param what the file is, for messages: "a model's configuration"
 */
export function readJsonObject(path: string, what: string, largestBytes: number): Record<string, unknown> {
  let content: Buffer;
  try {
    const status = statSync(path);
    if (!status.isFile()) throw new InputError(`${path}: is no regular file; ${what} is a JSON file`);
    if (status.size > largestBytes)
      throw new InputError(
        `${path}: has ${status.size} bytes; ${what} has at most ${largestBytes}, restore the file`,
      );
    content = readFileSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  if (isLfsPointer(content)) throw lfsPointerError(path);
  let value: unknown;
  try {
    value = parseJson(content.toString('utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new InputError(`${path}: not valid JSON (${(error as Error).message}); restore the file`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InputError(`${path}: holds ${describeJson(value)}; ${what} is a JSON object`);
  return value as Record<string, unknown>;
}

const LONGEST_SHOWN = 100;

/** A JSON value of any size and depth in a few words, for messages. */
export function describeJson(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) {
    const plain = value.length <= 8 && value.every((item) => typeof item !== 'object' || item === null);
    return plain ? clip(JSON.stringify(value)) : 'a list';
  }
  if (typeof value === 'object' && value !== null) return 'an object';
  return clip(JSON.stringify(value));
}

const clip = (text: string): string =>
  text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;

import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { sync as writeFileAtomicSync } from 'write-file-atomic';
import { InputError } from './errors';

/** A file that the user named, as text. */
export function readTextFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError(
      `${path}: cannot be read (${(error as NodeJS.ErrnoException).code}); check the path`,
    );
  }
}

/** Writes to a temporary neighbour, then renames: a reader never sees half a file under its final name. */
export function writeFileAtomically(path: string, content: string | Uint8Array): void {
  whileWriting(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileAtomicSync(
      path,
      typeof content === 'string'
        ? content
        : Buffer.from(content.buffer, content.byteOffset, content.byteLength),
    );
  });
}

/** Why a file cannot be written, by the system's code. */
const REFUSALS: Record<string, string | undefined> = {
  ENOSPC: 'no space is left on the device; make room',
  EDQUOT: 'the quota of the disk is used up; make room',
  EFBIG: 'it is larger than files may be here; choose another place',
  EROFS: 'the file system can only be read; choose another place',
  EACCES: 'there is no permission; choose another place',
  EEXIST: 'a part of the path is a file; choose another place',
  ENOTDIR: 'a part of the path is a file; choose another place',
};

/** Does what writes a file; what the system refuses for a reason that the user can mend becomes an InputError. */
export function whileWriting<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const refusal = REFUSALS[(error as NodeJS.ErrnoException).code ?? ''];
    throw refusal
      ? new InputError(`${path}: cannot be written, ${refusal}, and run the command again`)
      : error;
  }
}

/**
 * Input that cannot be used, described in one sentence: which file, where in it, what is wrong, how to fix it.
 * Commands print the message alone and end with status 1; any other error is a defect and keeps its stack.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
}

const NO_SPACE = 'no space is left on the device; make room';
const NOT_A_FOLDER = 'a part of the path is a file; check the path';

/** Why the system refuses, by its error code: part of a sentence that ends with what to do. */
const REASONS: Record<'read' | 'write', Record<string, string | undefined>> = {
  read: {
    ENOENT: 'there is no such file; check the path',
    ENOTDIR: NOT_A_FOLDER,
    EISDIR: 'it is a folder; name a file',
    EACCES: 'there is no permission; change that, or copy the file',
    EPERM: 'there is no permission; change that, or copy the file',
    ELOOP: 'its links lead in a circle; name the file itself',
    ENAMETOOLONG: 'its name is too long; check the path',
    ENXIO: 'it is a socket or a device that is not there; name a file',
    EIO: 'the disk reports an error; get the file again',
    ESTALE: 'the file server has lost it; get the file again',
    EMFILE: 'too many files are open; close other programs, or raise the limit with `ulimit -n`',
    ENFILE: 'too many files are open; close other programs',
    ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB; split it',
    ERR_STRING_TOO_LONG: 'it is larger than one text may be; split it',
    ERR_INVALID_ARG_VALUE: 'its path holds a NUL character; check the path',
  },
  write: {
    ENOSPC: NO_SPACE,
    EDQUOT: 'the quota of the disk is used up; make room',
    EFBIG: 'it is larger than files may be here; choose another place',
    EROFS: 'the file system is read-only; choose another place',
    EACCES: 'there is no permission; choose another place',
    EPERM: 'there is no permission; choose another place',
    EEXIST: 'a part of the path is a file; choose another place',
    ENOTDIR: 'a part of the path is a file; choose another place',
    EISDIR: 'it is a folder; name a file',
    ERR_FS_EISDIR: 'it is a folder; remove it, or choose another place',
    ENOTEMPTY: 'a folder of that name is there and not empty; choose another place',
    ENOENT: 'its folder has gone; choose another place',
    ELOOP: 'its links lead in a circle; choose another place',
    ENAMETOOLONG: 'its name is too long; choose a shorter one',
    EPIPE: 'its reader has closed it',
    EBADF: 'it is not open for writing; name a file',
    ENXIO: 'it is a socket or a device that is not there; name a file',
    ETXTBSY: 'it is a program that is running; choose another place',
    EBUSY: 'it is in use; choose another place',
    EIO: 'the disk reports an error; choose another place',
    EMFILE: 'too many files are open; close other programs, or raise the limit with `ulimit -n`',
    ENFILE: 'too many files are open; close other programs',
    ERR_INVALID_ARG_VALUE: 'its path holds a NUL character; choose another name',
  },
};

/** Why the system refused to read or write, in words; undefined for other errors. */
export function reasonOf(error: unknown, action: 'read' | 'write'): string | undefined {
  const { code } = Object(error) as { code?: unknown };
  if (typeof code !== 'string') return undefined;
  const reason = REASONS[action][code];
  if (reason || !/^E[A-Z0-9]+$/.test(code)) return reason;
  return `the system says ${code}; check the path`;
}

/** An error of the system from reading a path as an InputError; any other error unchanged. */
export function unreadable(path: string, error: unknown): unknown {
  const reason = reasonOf(error, 'read');
  return reason && !(error instanceof InputError)
    ? new InputError(`${path}: cannot be read, ${reason}`)
    : error;
}

/** An error of the system from writing a path as an InputError; any other error unchanged. */
export function unwritable(path: string, error: unknown): unknown {
  const reason = reasonOf(error, 'write');
  return reason && !(error instanceof InputError)
    ? new InputError(`${path}: cannot be written, ${reason}`)
    : error;
}

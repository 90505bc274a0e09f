/**
 * Unusable input, described in one sentence: which file, where in it, what is wrong, how to fix it. Commands print only the message
 * and exit with status 1; any other error is a bug and keeps its stack.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
}

const NO_SPACE = 'no space is left on the device; make room';
const NOT_A_FOLDER = 'part of the path is a file; check the path';

/** Why the system refused, by error code: a phrase that ends with what to do. */
const REASONS: Record<'read' | 'write', Record<string, string | undefined>> = {
  read: {
    ENOENT: 'there is no such file; check the path',
    ENOTDIR: NOT_A_FOLDER,
    EISDIR: 'it is a folder; name a file',
    EACCES: 'permission is denied; change that, or copy the file',
    EPERM: 'permission is denied; change that, or copy the file',
    ELOOP: 'its links form a cycle; name the file itself',
    ENAMETOOLONG: 'its name is too long; check the path',
    ENXIO: 'it is a socket or a missing device; name a file',
    EIO: 'the disk reports an error; get the file again',
    ESTALE: 'the file server has lost it; get the file again',
    EMFILE: 'too many files are open; close other programs, or raise the limit with `ulimit -n`',
    ENFILE: 'too many files are open; close other programs',
    ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB; split it',
    ERR_STRING_TOO_LONG: 'it is larger than a string may be; split it',
    ERR_INVALID_ARG_VALUE: 'its path contains a NUL character; check the path',
  },
  write: {
    ENOSPC: NO_SPACE,
    EDQUOT: 'the disk quota is used up; make room',
    EFBIG: 'it exceeds the maximum file size here; choose another place',
    EROFS: 'the file system is read-only; choose another place',
    EACCES: 'permission is denied; choose another place',
    EPERM: 'permission is denied; choose another place',
    EEXIST: 'part of the path is a file; choose another place',
    ENOTDIR: 'part of the path is a file; choose another place',
    EISDIR: 'it is a folder; name a file',
    ERR_FS_EISDIR: 'it is a folder; remove it, or choose another place',
    ENOTEMPTY: 'a non-empty folder of that name exists; choose another place',
    ENOENT: 'its folder is gone or takes no new files; choose another place',
    ELOOP: 'its links form a cycle; choose another place',
    ENAMETOOLONG: 'its name is too long; choose a shorter one',
    EPIPE: 'its reader has closed it',
    EBADF: 'it is not open for writing; name a file',
    ENXIO: 'it is a socket or a missing device; name a file',
    ETXTBSY: 'it is a running program; choose another place',
    EBUSY: 'it is in use; choose another place',
    EIO: 'the disk reports an error; choose another place',
    EMFILE: 'too many files are open; close other programs, or raise the limit with `ulimit -n`',
    ENFILE: 'too many files are open; close other programs',
    ERR_INVALID_ARG_VALUE: 'its path contains a NUL character; choose another name',
  },
};

/** Describes why the system refused to read or write; undefined for other errors. */
export function reasonOf(error: unknown, action: 'read' | 'write'): string | undefined {
  const { code } = Object(error) as { code?: unknown };
  if (typeof code !== 'string') return undefined;
  const reason = REASONS[action][code];
  if (reason || !/^E[A-Z0-9]+$/.test(code)) return reason;
  return `the system says ${code}; check the path`;
}

/**
 * Converts a system error from reading a path into an InputError; returns any other error unchanged.
 *
 * @param mend what to do about it, if that is not what to do about a file given by the user
 */
export function unreadable(path: string, error: unknown, mend?: string): unknown {
  const reason = reasonOf(error, 'read');
  if (!reason || error instanceof InputError) return error;
  return new InputError(
    `${path}: cannot be read, ${mend === undefined ? reason : `${reason.split(';')[0]}; ${mend}`}`,
  );
}

/** Converts a system error from writing a path into an InputError; returns any other error unchanged. */
export function unwritable(path: string, error: unknown): unknown {
  const reason = reasonOf(error, 'write');
  return reason && !(error instanceof InputError)
    ? new InputError(`${path}: cannot be written, ${reason}`)
    : error;
}

import { InputError, printable, reasonOf } from '../foundation';

/**
 * Ends a command with one sentence and status 1. Only defects of the program print a stack trace.
 */
export function fail(error: unknown): void {
  process.stderr.write(`falconframes: ${printable(sentenceOf(error), '\n\t')}\n`);
  process.exitCode = 1;
}

/** The reader of standard output, such as `head`, may close the pipe, which is not a failure. */
export function endOfReader(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit();
  fail(new InputError(`standard output: cannot be written, ${reasonOf(error, 'write') ?? error.message}`));
  process.exit();
}

function sentenceOf(error: unknown): string {
  if (error instanceof InputError) return error.message;
  const { path, code, syscall, stack } = Object(error) as NodeJS.ErrnoException;
  // The system call tells reading from writing, except for `open`.
  const action = ['write', 'rename', 'mkdir', 'ftruncate', 'fsync'].includes(syscall ?? '')
    ? 'write'
    : 'read';
  const reason = reasonOf(error, action);
  if (reason && (path || syscall)) {
    const verb = action === 'write' ? 'written' : 'read';
    return `${path ?? 'a file'}: cannot be ${verb}, ${reason}`;
  }
  if (code === 'ERR_WORKER_OUT_OF_MEMORY' || code === 'ENOMEM')
    return 'out of memory; give less at once, or use a machine with more memory';
  return `a defect of this program, please report it: ${stack ?? String(error)}`;
}

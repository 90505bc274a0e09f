/**
 * Input that cannot be used, told in one sentence: which file, which place in it, what is wrong, how to mend it.
 * Commands print the message alone and end with status 1; any other error is a defect and keeps its stack.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
}

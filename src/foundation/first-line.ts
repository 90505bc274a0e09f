/** The first line of a message of a native library, which may go on with its stack. */
export const firstLineOf = (message: unknown): string =>
  String(message).trim().split('\n', 1)[0].slice(0, 300);

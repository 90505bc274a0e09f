/** Returns the first line of a message from a native library, which may include a stack. */
export const firstLineOf = (message: unknown): string =>
  String(message).trim().split('\n', 1)[0].slice(0, 300);

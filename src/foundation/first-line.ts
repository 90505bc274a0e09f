/** The first line of a message from a native library, whose stack may follow. */
export const firstLineOf = (message: unknown): string =>
  String(message).trim().split('\n', 1)[0].slice(0, 300);

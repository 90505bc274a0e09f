import { readFileSync, statSync } from 'node:fs';
import { InputError } from '../foundation';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A file as text. One that is missing, or is not UTF-8 (where every offset would be wrong), is an InputError. */
export function readText(path: string): string {
  let bytes: Buffer;
  try {
    const found = statSync(path);
    if (found.isFIFO() || found.isSocket() || found.isCharacterDevice())
      throw new InputError(`${path}: is a pipe or a device; restore the file`);
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      `${path}: cannot be read (${(error as NodeJS.ErrnoException).code}); restore the file`,
    );
  }
  try {
    return decoder.decode(bytes);
  } catch {
    throw new InputError(`${path}: not UTF-8; restore the file from its source`);
  }
}

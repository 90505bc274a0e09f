import { readFileSync } from 'node:fs';
import { InputError } from '../foundation';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A file as text. One that is missing, or is not UTF-8 (where every offset would be wrong), is an InputError. */
export function readText(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
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

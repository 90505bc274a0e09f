import { readFileSync, statSync } from 'node:fs';
import { InputError, unreadable } from '../foundation';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads a file as text. Throws InputError if it is missing or not UTF-8 (all offsets would be wrong). */
export function readText(path: string): string {
  let bytes: Buffer;
  try {
    const found = statSync(path);
    if (found.isFIFO() || found.isSocket() || found.isCharacterDevice())
      throw new InputError(`${path}: is a pipe or a device; restore the file`);
    bytes = readFileSync(path);
  } catch (error) {
    throw unreadable(path, error, 'restore the file');
  }
  try {
    return decoder.decode(bytes);
  } catch {
    throw new InputError(`${path}: not UTF-8; restore the file from its source`);
  }
}

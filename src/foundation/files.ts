import { readFileSync } from 'node:fs';
import { unreadable } from './errors';

/** A file that the user named, as text. */
export function readTextFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
}

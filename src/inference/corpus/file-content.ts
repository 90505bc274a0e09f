import { readFileSync, statSync } from 'node:fs';
import { InputError } from '../../foundation';
import { fsPath, whyUnreadable } from './file-path';
import { LARGEST, LARGEST_COLLECTED, type Source, tooLarge } from './sources';

/** @throws InputError for a file that cannot be read, or is too large */
export function contentOf({ path, place, format }: Source & { kind: 'file' }): Uint8Array {
  const most = format === 'collected' ? LARGEST_COLLECTED : LARGEST;
  try {
    if (statSync(fsPath(path)).size > most) throw new InputError(`${place}: ${tooLarge(most)}`);
    return readFileSync(fsPath(path));
  } catch (error) {
    const reason = whyUnreadable(error);
    if (error instanceof InputError || !reason) throw error;
    throw new InputError(`${place}: ${reason}`);
  }
}

/** A file's content, or why it cannot be read; undefined for other sources, which are in memory. */
export function readContent(source: Source): Uint8Array | InputError | undefined {
  if (source.kind !== 'file') return undefined;
  try {
    return contentOf(source);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

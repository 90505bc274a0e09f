import { readdirSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InputError } from '../foundation';

/** @throws InputError if two of the paths are the same file or folder, which would count twice */
export function checkDistinct(paths: readonly string[], option: string): void {
  const seen = new Map<string, string>();
  for (const path of paths) {
    const place = placeOf(path);
    const other = seen.get(place);
    if (other !== undefined) {
      const and = other === path ? '' : ` (also as ${other})`;
      throw new InputError(`${path}: is given twice to ${option}${and}; name it once`);
    }
    seen.set(place, path);
  }
}

/** A path with its links followed; unresolved if nothing is there, or if it is a pipe. */
function placeOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** The files of a folder; none if it cannot be read, which is reported when it is opened. */
export function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, unreadable } from '../../foundation';

/** Matches files that accompany data. */
const BESIDE = /^(?:\.|licen[cs]e|copying|sha256sums)|readme|\.md$/i;

/**
 * Returns the files of the user's paths: files as given; for folders all files in them, recursively, sorted, without hidden files, licences
 * and readmes. Links to files count as files, links to folders are not followed, and a file that is reached twice counts once.
 *
 * @throws InputError for a missing path or a folder without files
 */
export function filesOfPaths(paths: readonly string[]): string[] {
  const files = paths.flatMap((path) => {
    if (!isFolder(path)) return [path];
    const below = filesBelow(path);
    if (below.length === 0) throw new InputError(`${path}: has no files to convert; check the path`);
    return below;
  });
  const first = new Map<string, string>();
  for (const path of files) {
    const found = statSync(path, { throwIfNoEntry: false });
    const key = found ? `${found.dev}:${found.ino}` : path;
    if (!first.has(key)) first.set(key, path);
  }
  return [...first.values()];
}

export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw unreadable(path, error);
  }
}

export function filesBelow(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !BESIDE.test(name));
    return entries
      .sort((one, other) => (one.name < other.name ? -1 : 1))
      .flatMap((entry) => {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) return filesBelow(path);
        // A link to nothing is left to whoever reads it.
        const linked = statSync(path, { throwIfNoEntry: false });
        const isFile = entry.isFile() || (entry.isSymbolicLink() && !linked?.isDirectory());
        return isFile ? [path] : [];
      });
  } catch (error) {
    throw unreadable(folder, error);
  }
}

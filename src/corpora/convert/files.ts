import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, unreadable } from '../../foundation';

/** Matches files that accompany data. */
const BESIDE = /^(?:\.|licen[cs]e|copying|sha256sums)|readme|\.md$/i;

/**
 * Returns the files of the user's paths: files as given; for folders all regular files in them, recursively, sorted, without hidden
 * files, licences and readmes.
 *
 * @throws InputError for a missing path or a folder without files
 */
export function filesOfPaths(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (!isFolder(path)) return [path];
    const files = filesBelow(path);
    if (files.length === 0) throw new InputError(`${path}: has no files to convert; check the path`);
    return files;
  });
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
        return entry.isFile() ? [path] : [];
      });
  } catch (error) {
    throw unreadable(folder, error);
  }
}

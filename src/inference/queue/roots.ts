import { realpathSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { InputError, printable, unreadable } from '../../foundation';

/** A path below one of the roots. All machines of a fleet have the same roots, perhaps mounted at different places. */
export interface RootedPath {
  /** Number of the root, from 0. */
  root: number;
  /** Relative to it; '' for the root itself. */
  path: string;
}

/** Returns the folders with links resolved, so that paths can be compared with them. @throws InputError for one that does not exist */
export function openRoots(folders: readonly string[]): string[] {
  return folders.map((folder) => {
    try {
      return realpathSync(folder);
    } catch (error) {
      throw unreadable(folder, error);
    }
  });
}

/** @throws InputError for a path that leads, directly or through a link, to a place outside all roots */
export function locateInRoots(roots: readonly string[], path: string): RootedPath {
  const real = realPath(path);
  for (const [root, folder] of roots.entries())
    if (isInside(folder, real)) return { root, path: relative(folder, real) };
  throw new InputError(
    `${printable(path)}: is outside the roots that the machines share (${roots.join(', ')}); add a --root that contains it, here and for each \`queue work\``,
  );
}

/**
 * Returns the path on this machine, with links resolved.
 *
 * @throws InputError for an absolute path, for `..`, and for a link that leads outside the root
 */
export function resolveInRoots(roots: readonly string[], { root, path }: RootedPath): string {
  const folder = roots[root];
  if (folder === undefined)
    throw new InputError(
      `root ${root + 1}: this machine has ${roots.length}; give the same --root as the coordinator, in the same order`,
    );
  const names = path.split('/');
  if (isAbsolute(path) || names.includes('..') || path.includes('\0'))
    throw new InputError(`${printable(path)}: is not a path below a root, so it is not opened`);
  const real = realPath(join(folder, path));
  if (!isInside(folder, real))
    throw new InputError(`${printable(path)}: is a link that leads outside ${folder}, so it is not opened`);
  return real;
}

/** A path that does not exist keeps its name; whoever opens it reports that. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unreadable(path, error);
    const parent = join(path, '..');
    return parent === path ? path : join(realPath(parent), path.slice(path.lastIndexOf(sep) + 1));
  }
}

function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder === sep ? sep : folder + sep);
}

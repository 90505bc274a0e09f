import { extname } from 'node:path';
import { type FilePath, textOfName } from './file-path';

/** What an id is made from; `below` is the path below the given folder, '' for a file given by itself. */
interface Named {
  id: string;
  path: FilePath;
  place: string;
  below: string;
}

export function withoutExtension(path: string): string {
  const inner = withoutGz(path);
  const extension = extname(inner);
  return extension ? inner.slice(0, -extension.length) : inner;
}

export function withoutGz(name: string): string {
  return name.replace(/\.gz$/i, '');
}

/** Files with the same name get their path as the id; a file given twice keeps one id. */
export function makeIdsDistinct(files: readonly Named[]): void {
  const pathsWithout = ({ below, path }: Named) => withoutExtension(below || textOfName(path));
  const paths = ({ below, path }: Named) => below || textOfName(path);
  for (const idOf of [pathsWithout, paths, ({ path }: Named) => textOfName(path)]) {
    const shared = sharedIds(files);
    if (shared.size === 0) break;
    for (const file of files) if (shared.has(file.id)) file.id = idOf(file);
  }
}

function sharedIds(files: readonly Named[]): Set<string> {
  const placeOfId = new Map<string, string>();
  const shared = new Set<string>();
  for (const { id, place } of files) {
    const other = placeOfId.get(id);
    if (other === undefined) placeOfId.set(id, place);
    else if (other !== place) shared.add(id);
  }
  return shared;
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, projectRoot } from '../foundation';

/** Bytes of a file name, with what a rule puts around it. */
const LONGEST_NAME = 200;

/** A file of the repository and where it stands in our folder; `*` is one file name, `{id}` and `{name}` of `names`. */
export interface PathRule {
  from: string;
  to: string;
}

/** A public source of `data/sources.json`. */
export interface Source {
  /** Its folder in a mirror and in the cache. */
  folder: string;
  title: string;
  /** GitHub's owner/name; absent where a source is gathered from several places and cannot be downloaded. */
  repository?: string;
  commit?: string;
  paths: PathRule[];
  names?: Record<string, string>;
  licence: string;
  files: number;
  /** Of all these files together. */
  bytes: number;
  /** See `checksumOf` in verify.ts. */
  sha256: string;
}

/** All sources, by name. */
export function readSources(): Record<string, Source> {
  const { sources } = JSON.parse(readFileSync(join(projectRoot, 'data', 'sources.json'), 'utf8'));
  for (const [name, source] of Object.entries<Source>(sources)) source.folder ??= name;
  return sources;
}

export function sourceNamed(name: string): Source {
  const sources = readSources();
  if (!Object.hasOwn(sources, name)) {
    throw new InputError(
      `no source is called "${name}"; data/sources.json has ${Object.keys(sources).join(', ')}`,
    );
  }
  return sources[name];
}

/** The rules of a source with `{id}` and `{name}` filled in. */
export function pathRules({ paths, names = {} }: Source): PathRule[] {
  return paths.flatMap(({ from, to }) => {
    if (!from.includes('{')) return [{ from, to }];
    return Object.entries(names).map(([id, name]) => ({
      from: from.replace('{id}', id).replace('{name}', name),
      to: to.replace('{id}', id),
    }));
  });
}

/** What `*` stands for when `path` follows `pattern` ('' in a pattern without one); undefined when it does not. */
export function matchPath(pattern: string, path: string): string | undefined {
  const star = pattern.indexOf('*');
  if (star < 0) return path === pattern ? '' : undefined;
  const before = pattern.slice(0, star);
  const after = pattern.slice(star + 1);
  const middle = path.slice(before.length, path.length - after.length);
  const fits = path.startsWith(before) && path.endsWith(after) && path.length > before.length + after.length;
  return fits && isFileName(middle) ? middle : undefined;
}

/** Whether a foreign name can be a file name: no folder, no `..`, nothing that a file system refuses. */
function isFileName(name: string): boolean {
  return !/[/\\\p{Cc}\uFFFD]|^\.{1,2}$/u.test(name) && Buffer.byteLength(name) <= LONGEST_NAME;
}

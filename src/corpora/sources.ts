import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, projectRoot } from '../foundation';

/** Bytes of a file name, including the fixed parts of a rule. */
const LONGEST_NAME = 200;

/** A file of the repository and its path in our folder; `*` is one file name, `{id}` and `{name}` are taken from `names`. */
export interface PathRule {
  from: string;
  to: string;
}

/** A public source of `data/sources.json`. */
export interface Source {
  /** Its folder name in a mirror and in the cache. */
  folder: string;
  title: string;
  /** GitHub's owner/name; absent if a source is collected from several places and cannot be downloaded. */
  repository?: string;
  commit?: string;
  paths: PathRule[];
  names?: Record<string, string>;
  /** Where the whole of a source that is found in a mirror only was published. */
  original?: {
    title: string;
    address: string;
    /** In words, such as "about 30 MB". */
    size: string;
    /** What to do with the download, as an instruction. */
    use: string;
  };
  licence: string;
  files: number;
  /** Total of these files. */
  bytes: number;
  /** See `checksumOf` in verify.ts. */
  sha256: string;
}

/** Returns all sources, by name. */
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

/** Returns the rules of a source with `{id}` and `{name}` filled in. */
export function pathRules({ paths, names = {} }: Source): PathRule[] {
  return paths.flatMap(({ from, to }) => {
    if (!from.includes('{')) return [{ from, to }];
    return Object.entries(names).map(([id, name]) => ({
      from: from.replace('{id}', id).replace('{name}', name),
      to: to.replace('{id}', id),
    }));
  });
}

/** Returns the part of `path` matched by `*` in `pattern` ('' for a pattern without one); undefined if it does not match. */
export function matchPath(pattern: string, path: string): string | undefined {
  const star = pattern.indexOf('*');
  if (star < 0) return path === pattern ? '' : undefined;
  const before = pattern.slice(0, star);
  const after = pattern.slice(star + 1);
  const middle = path.slice(before.length, path.length - after.length);
  const fits = path.startsWith(before) && path.endsWith(after) && path.length > before.length + after.length;
  return fits && isFileName(middle) ? middle : undefined;
}

/** Returns whether an untrusted name is a valid file name: no folder, no `..`, nothing that a file system rejects. */
function isFileName(name: string): boolean {
  return !/[/\\\p{Cc}\uFFFD]|^\.{1,2}$/u.test(name) && Buffer.byteLength(name) <= LONGEST_NAME;
}

import { isUtf8 } from 'node:buffer';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { printable, reasonOf } from '../../foundation';

/** The path of a file; bytes if its name is not UTF-8. */
export type FilePath = string | Uint8Array;

/** A path for messages. */
export function placeOf(path: FilePath): string {
  return printable(textOfName(path));
}

/** Why the system cannot read a file, as part of a sentence; undefined for other errors. */
export function whyUnreadable(error: unknown): string | undefined {
  const reason = reasonOf(error, 'read');
  return reason && `cannot be read, ${reason}`;
}

/** The names in a folder, sorted; those that are not UTF-8 as bytes. */
export function namesIn(folder: FilePath): FilePath[] {
  if (typeof folder === 'string') {
    const names = readdirSync(folder);
    if (!names.some((name) => name.includes('\ufffd'))) return names.sort();
  }
  return readdirSync(fsPath(folder), { encoding: 'buffer' })
    .sort(Buffer.compare)
    .map((name) => (isUtf8(name) ? name.toString('utf8') : name));
}

export function inFolder(folder: FilePath, name: FilePath): FilePath {
  if (typeof folder === 'string' && typeof name === 'string') return join(folder, name);
  return Buffer.concat([Buffer.from(folder as string), Buffer.from('/'), Buffer.from(name as string)]);
}

/** Node takes bytes only as a Buffer; a worker receives plain arrays. */
export function fsPath(path: FilePath): string | Buffer {
  return typeof path === 'string' ? path : Buffer.from(path);
}

export function textOfName(name: FilePath): string {
  return typeof name === 'string' ? name : Buffer.from(name).toString('utf8');
}

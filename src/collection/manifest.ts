import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, isJsonObject, isLabel, parseJson, reasonOf, writeFileAtomically } from '../foundation';
import { isPmcid, normalizedId } from './ids';
import { SOURCES, type Source } from './source';

/** `manifest.json`: the request, the stored articles, and the missing ones with reasons. */
export interface Manifest {
  source: Source;
  /** The day of the run, in universal time. */
  date: string;
  /** How the articles were selected. */
  by: 'ids' | 'query' | 'types';
  /** With `by: "query"`, the query. */
  query: string | null;
  /** With a query or types, the maximum number of articles requested. */
  limit: number | null;
  /** The requested types of annotations. */
  types: string[];
  requested: number;
  stored: number;
  /** Number of annotations by type. */
  annotations: Record<string, number>;
  /** SHA-256 of each file under `articles/`. */
  articles: Record<string, string>;
  /** PMCIDs of the articles requested by PubMed id. */
  pmcids: Record<string, string>;
  /** Why each missing article could not be obtained, by requested id. */
  missing: Record<string, string>;
  /** How many annotations of each stored article were left out, by their flaw; absent if none was. */
  leftOut?: Record<string, Record<string, number>>;
}

export const manifestPath = (folder: string) => join(folder, 'manifest.json');

/** A million articles need about 100 MB. */
const LARGEST = 512 * 2 ** 20;

/**
 * Writes the manifest, unless an earlier one differs only in the date. Returns the manifest on disk.
 */
export function writeManifest(folder: string, manifest: Manifest): Manifest {
  const path = manifestPath(folder);
  const content = (date: string) => `${JSON.stringify({ ...manifest, date }, null, 2)}\n`;
  const now = content(manifest.date);
  const found = statSync(path, { throwIfNoEntry: false });
  const before = found?.isFile() && found.size === Buffer.byteLength(now) ? readFileSync(path, 'utf8') : '';
  const [, date] = /^ {2}"date": "([\d-]+)",$/m.exec(before) ?? [];
  if (date && content(date) === before) return { ...manifest, date };
  writeFileAtomically(path, now);
  return manifest;
}

/** Reads the manifest of a collection. @throws InputError if it is missing or damaged */
export function readManifest(folder: string): Manifest {
  const path = manifestPath(folder);
  let manifest: unknown;
  try {
    manifest = parsedFile(path);
  } catch (error) {
    const reason = reasonOf(error, 'read')?.split(';')[0] ?? (error as Error).message;
    throw new InputError(`${path}: cannot be read, ${reason}; collect into this folder first, to the end`);
  }
  if (!isManifest(manifest))
    throw new InputError(`${path}: is not the manifest of a collection; collect into this folder again`);
  return manifest;
}

/**
 * Refuses a folder whose `manifest.json` belongs to something other than a collection: collecting would replace it.
 *
 * @throws InputError with the reason
 */
export function refuseOtherManifest(folder: string): void {
  const path = manifestPath(folder);
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return;
  let isOwn: boolean;
  try {
    const content = parsedFile(path);
    isOwn =
      isJsonObject(content) &&
      (Object.keys(content).length === 0 || ('source' in content && 'types' in content));
  } catch {
    isOwn = found.isFile() && existsSync(join(folder, 'articles')); // damaged
  }
  if (!isOwn)
    throw new InputError(
      `${path}: does not belong to a collection and would be replaced; choose another folder`,
    );
}

function parsedFile(path: string): unknown {
  const found = statSync(path);
  if (!found.isFile()) throw new Error('not a regular file');
  if (found.size > LARGEST) throw new Error(`larger than ${LARGEST / 2 ** 20} MB`);
  return parseJson(readFileSync(path, 'utf8'));
}

/** Ids become file names and parts of requests, so only valid ones are accepted. */
function isManifest(value: unknown): value is Manifest {
  if (!isJsonObject(value)) return false;
  const { source, types, articles, missing } = value;
  return (
    SOURCES.includes(source as Source) &&
    Array.isArray(types) &&
    types.every(isLabel) &&
    new Set(types).size === types.length &&
    isJsonObject(articles) &&
    Object.keys(articles).every(isPmcid) &&
    isJsonObject(missing) &&
    Object.keys(missing).every((id) => normalizedId(id) === id)
  );
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EntityClass, InputError, isEntityClass, writeFileAtomically } from '../foundation';
import { SOURCES, type Source } from './source';

/** `manifest.json`: what was asked for, what is there, what is missing and why. */
export interface Manifest {
  source: Source;
  /** The day of the run, in universal time. */
  date: string;
  /** How the articles were named. */
  by: 'ids' | 'query' | 'types';
  /** With `by: "query"`, the query. */
  query: string | null;
  /** With a query or types, the largest number of articles that was asked for. */
  limit: number | null;
  types: EntityClass[];
  requested: number;
  stored: number;
  /** Number of annotations by class. */
  annotations: Record<string, number>;
  /** SHA-256 of each file under `articles/`. */
  articles: Record<string, string>;
  /** PMCIDs of the articles that were asked for by their PubMed id. */
  pmcids: Record<string, string>;
  /** Why each article that was asked for is not there, by the id that it was asked for. */
  missing: Record<string, string>;
}

const manifestPath = (folder: string) => join(folder, 'manifest.json');

/** Writes the manifest, unless one that says the same of an earlier day is there; returns the one that is there then. */
export function writeManifest(folder: string, manifest: Manifest): Manifest {
  const path = manifestPath(folder);
  const content = (date: string) => `${JSON.stringify({ ...manifest, date }, null, 2)}\n`;
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const [, date] = /^ {2}"date": "([\d-]+)",$/m.exec(before) ?? [];
  if (date && content(date) === before) return { ...manifest, date };
  writeFileAtomically(path, content(manifest.date));
  return manifest;
}

/** The manifest of a collection. @throws InputError where there is none, or a damaged one */
export function readManifest(folder: string): Manifest {
  const path = manifestPath(folder);
  let manifest: Partial<Manifest> | null;
  try {
    manifest = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new InputError(
      `${path}: cannot be read (${(error as Error).message}); collect into this folder first, to the end`,
    );
  }
  const { source, types, articles, missing } = manifest ?? {};
  const isRecord = (value: unknown) => typeof value === 'object' && value !== null;
  if (
    !SOURCES.includes(source as Source) ||
    !types?.every?.(isEntityClass) ||
    !isRecord(articles) ||
    !isRecord(missing)
  )
    throw new InputError(`${path}: is no manifest of a collection; collect into this folder again`);
  return manifest as Manifest;
}

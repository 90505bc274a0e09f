import { existsSync, rmdirSync } from 'node:fs';
import {
  checkOutputFolder,
  InputError,
  isLabel,
  type Progress,
  printable,
  sha256OfFile,
  silentProgress,
  withLock,
} from '../foundation';
import type { EuropePmc } from './europepmc';
import { fetchArticles } from './fetch';
import { type Wanted, wantedByIds, wantedByQuery, wantedByTypes } from './find';
import { type Manifest, manifestPath, refuseOtherManifest, writeManifest } from './manifest';
import { type ServiceOptions, type Source, withService } from './source';
import { articlePath, removeLeftovers, storeArticle, storedArticle } from './store';
import { Unobtainable } from './unobtainable';

export interface CollectionOptions extends ServiceOptions {
  source: Source;
  /** Folder of the collection; stored articles are not requested again. */
  out: string;
  /** Ids such as `PMC3320746` or `MED:22536497`. */
  ids?: readonly string[];
  /** Used without ids. With neither ids nor query nor `byTypes`, all articles of the sample or the replay are collected. */
  query?: string;
  /** Maximum number of articles from a query or `byTypes`; default 100. */
  limit?: number;
  /** The types of annotations to request, by the service's names, such as "Cell Line". */
  types: readonly string[];
  /** With neither ids nor query: collect articles that have annotations of the types. */
  byTypes?: boolean;
  /** Also collect articles in which the service has no annotations of the types; otherwise they are listed as missing. Default false. */
  unannotated?: boolean;
  progress?: Progress;
}

/** The manifest and the work of this run. */
export interface CollectionReport extends Manifest {
  out: string;
  /** Articles stored by this run; the others were stored before. */
  fetched: number;
}

/** How the articles were selected, as recorded in the manifest. */
type Asked = Pick<Manifest, 'by' | 'query' | 'limit'>;

/**
 * Collects full texts and annotations into `out`: `articles/<PMCID>.json` and `manifest.json`.
 *
 * A stopped run is resumed by the next: each article is stored atomically once both its parts are fetched and checked. An article
 * that cannot be obtained is listed with the reason and does not end the run. An unusable annotation is left out and counted; its
 * article is kept.
 *
 * @throws InputError for invalid options, a folder that cannot be written or is in use by another run, or if
 *   the service cannot be reached or searched
 */
export async function collectArticles(options: CollectionOptions): Promise<CollectionReport> {
  const { source, out, progress = silentProgress } = options;
  const asked = askedBy(options);
  const types = [...new Set(options.types)];
  if (types.length === 0) throw new InputError('No type of annotations to collect; name at least one');
  const wrong = types.find((type) => !isLabel(type));
  if (wrong !== undefined)
    throw new InputError(`"${printable(wrong)}" is no type of annotations; give a name such as "Cell Line"`);
  checkOutputFolder(out);
  refuseOtherManifest(out);
  try {
    return await inFolder(out, () =>
      withService(source, options, async (service) => {
        const wanted = await find(service, asked, types, options.ids);
        removeLeftovers(out);
        const { reasons, fetched } = await fetchMissing(service, wanted, options, types, progress);
        const manifest = manifestOf(out, { source, types, ...asked }, wanted, reasons);
        return { ...writeManifest(out, manifest), out, fetched };
      }),
    );
  } finally {
    progress.end();
  }
}

/** Runs work while the folder is locked. A folder created for this run is removed if it stays empty. */
async function inFolder<T>(out: string, work: () => Promise<T>): Promise<T> {
  const isNew = !existsSync(out);
  try {
    return await withLock(manifestPath(out), work);
  } finally {
    if (isNew) removeIfEmpty(out);
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It is not empty.
  }
}

function askedBy({ source, ids, query, byTypes, limit = 100 }: CollectionOptions): Asked {
  if (ids) return { by: 'ids', query: null, limit: null };
  if (query) return { by: 'query', query, limit };
  if (byTypes) return { by: 'types', query: null, limit };
  if (source !== 'europepmc') return { by: 'query', query: '*', limit };
  throw new InputError('Nothing to collect from Europe PMC; give ids, a query or types');
}

function find(
  service: EuropePmc,
  { by, query, limit }: Asked,
  types: readonly string[],
  ids: readonly string[] = [],
): Promise<Wanted> {
  if (by === 'ids') return wantedByIds(service, ids);
  const found =
    by === 'query' ? wantedByQuery(service, query!, limit!) : wantedByTypes(service, types, limit!);
  return found.catch((error: Error) => {
    if (!(error instanceof Unobtainable)) throw error;
    throw new InputError(
      `The search failed: ${error.message}; check the network and the address, then run the command again`,
    );
  });
}

/** Requests everything that is not stored yet. */
async function fetchMissing(
  service: EuropePmc,
  { articles, missing }: Wanted,
  { source, out, unannotated }: CollectionOptions,
  types: string[],
  progress: Progress,
): Promise<{ reasons: Map<string, string>; fetched: number }> {
  const reasons = new Map(missing);
  const open = [...articles.keys()].filter((pmcid) => !storedArticle(out, pmcid, source, types));
  const total = articles.size + missing.size;
  let left = open.length;
  let fetched = 0;
  const showState = () => progress.update(total - left, total, `${reasons.size} missing`);
  showState();
  await fetchArticles(service, open, { types, unannotated }, (pmcid, answer) => {
    try {
      if (answer instanceof Unobtainable) throw answer;
      storeArticle(out, { pmcid, source, types, ...answer });
      fetched++;
    } catch (error) {
      if (!(error instanceof Unobtainable)) throw error;
      reasons.set(articles.get(pmcid)!, error.message);
    }
    left--;
    showState();
  });
  return { reasons, fetched };
}

function manifestOf(
  out: string,
  { source, types, by, query, limit }: Asked & Pick<Manifest, 'source' | 'types'>,
  wanted: Wanted,
  missing: ReadonlyMap<string, string>,
): Manifest {
  const annotations: Record<string, number> = Object.fromEntries(types.map((label) => [label, 0]));
  const articles: Record<string, string> = {};
  const pmcids: Record<string, string> = {};
  const leftOut: Record<string, Record<string, number>> = {};
  for (const [pmcid, id] of sorted(wanted.articles)) {
    if (id !== pmcid) pmcids[id] = pmcid;
    if (missing.has(id)) continue;
    const article = storedArticle(out, pmcid, source, types);
    for (const { type } of article?.annotations ?? []) annotations[type]++;
    if (article?.leftOut) leftOut[pmcid] = article.leftOut;
    articles[pmcid] = sha256OfFile(articlePath(out, pmcid));
  }
  return {
    source,
    date: new Date().toISOString().slice(0, 10),
    by,
    query,
    limit,
    types,
    requested: wanted.articles.size + wanted.missing.size,
    stored: Object.keys(articles).length,
    annotations,
    articles,
    pmcids,
    missing: Object.fromEntries(sorted(missing)),
    ...(Object.keys(leftOut).length > 0 ? { leftOut } : {}),
  };
}

function sorted(entries: ReadonlyMap<string, string>): [string, string][] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}

import { ENTITY_CLASSES, type EntityClass, InputError, type Progress, silentProgress } from '../foundation';
import type { CollectedArticle } from './article';
import {
  ARTICLES_PER_REQUEST,
  createEuropePmc,
  EUROPE_PMC,
  type EuropePmc,
  type EuropePmcOptions,
  Unobtainable,
} from './europepmc';
import { startSampleServer } from './sample-server';
import {
  type Manifest,
  removeLeftovers,
  sha256OfStored,
  storeArticle,
  storedArticle,
  writeManifest,
} from './store';

export const SOURCES = ['europepmc', 'sample'] as const;
export type Source = (typeof SOURCES)[number];

export interface CollectionOptions extends EuropePmcOptions {
  source: Source;
  /** Folder of the collection; what is stored there already is not asked for again. */
  out: string;
  /** PMCIDs. Either these or a query; with neither, the sample is taken whole. */
  ids?: readonly string[];
  query?: string;
  /** At most so many articles of a query; default 100. */
  limit?: number;
  /** Classes to ask annotations for; default all four. */
  types?: readonly EntityClass[];
  progress?: Progress;
}

/** The manifest that was written, and what this run did for it. */
export interface CollectionReport extends Manifest {
  out: string;
  /** Articles stored by this run; the others were there. */
  fetched: number;
}

const NO_ANNOTATIONS = 'the service has no annotations of these classes for it';

/**
 * Collects full texts and annotations into `out`: `articles/<PMCID>.json` and `manifest.json`.
 *
 * A run that was ended, at whatever moment, is taken up by the next: each article is stored as soon as both its parts
 * are there and checked, in one step. An article that cannot be had is listed with the reason; it does not end the run.
 *
 * @throws InputError for options that make no sense, or when the service cannot be reached for the search
 */
export async function collectArticles(options: CollectionOptions): Promise<CollectionReport> {
  const { source, out, types = ENTITY_CLASSES, progress = silentProgress } = options;
  if (types.length === 0) throw new InputError('No entity class to collect; name at least one');
  if (source === 'europepmc' && options.ids === undefined && !options.query)
    throw new InputError('Nothing to collect from Europe PMC; give ids or a query');
  const wanted = ENTITY_CLASSES.filter((label) => types.includes(label));
  removeLeftovers(out);
  // The sample's own server needs no pauses; everything else is as for the public service.
  const server = source === 'sample' ? await startSampleServer() : undefined;
  try {
    const service = createEuropePmc({
      ...options,
      baseUrl: server?.url ?? options.baseUrl ?? process.env.FALCONFRAMES_EUROPEPMC_URL ?? EUROPE_PMC,
      requestsPerMinute: server ? 60_000 : options.requestsPerMinute,
    });
    const pmcids = options.ids ? checkedIds(options.ids) : await found(service, options);
    const missing = await fetchMissing(service, pmcids, source, wanted, out, progress);
    const manifest = manifestOf(out, source, options, wanted, pmcids, missing.reasons);
    writeManifest(out, manifest);
    return { ...manifest, out, fetched: missing.fetched };
  } finally {
    progress.end();
    await server?.close();
  }
}

function checkedIds(ids: readonly string[]): string[] {
  const wrong = ids.find((id) => !/^PMC\d+$/.test(id));
  if (wrong !== undefined) throw new InputError(`"${wrong}" is no PMCID; write ids such as PMC3320746`);
  if (ids.length === 0) throw new InputError('The list of ids is empty; name at least one article');
  return [...new Set(ids)];
}

async function found(service: EuropePmc, { query = '*', limit = 100 }: CollectionOptions): Promise<string[]> {
  const pmcids = await service.search(query, limit).catch((error: Error) => {
    if (!(error instanceof Unobtainable)) throw error;
    throw new InputError(
      `The search failed: ${error.message}; check the network and the address, then run the command again`,
    );
  });
  if (pmcids.length === 0)
    throw new InputError(`No open-access article with full text matches "${query}"; change the query`);
  return pmcids;
}

/** Asks for all that is not stored yet, groups of 8 side by side as far as the client lets them. */
async function fetchMissing(
  service: EuropePmc,
  pmcids: readonly string[],
  source: Source,
  types: EntityClass[],
  out: string,
  progress: Progress,
): Promise<{ reasons: Map<string, string>; fetched: number }> {
  const reasons = new Map<string, string>();
  const wanted = pmcids.filter((pmcid) => !storedArticle(out, pmcid, source, types));
  let done = pmcids.length - wanted.length;
  let fetched = 0;
  const tell = () => progress.update(done, pmcids.length, `${reasons.size} missing`);
  tell();

  const fetchArticle = async (pmcid: string, known: CollectedArticle['annotations'] | undefined) => {
    // The service leaves articles without annotations out; so does an answer that lost some. Asked again, alone.
    const annotations = known ?? (await service.annotations([pmcid], types)).get(pmcid);
    if (!annotations || annotations.length === 0) throw new Unobtainable(NO_ANNOTATIONS);
    const fullText = await service.fullText(pmcid);
    storeArticle(out, { pmcid, source, types, fullText, annotations });
    fetched++;
  };
  const fetchGroup = async (group: readonly string[]) => {
    // Where the group's answer never came right, each article is asked for alone, so that one cannot spoil eight.
    const answers = await service.annotations(group, types).catch(ignoreUnobtainable);
    await Promise.all(
      group.map(async (pmcid) => {
        await fetchArticle(pmcid, answers?.get(pmcid)).catch((error: Error) => {
          if (!(error instanceof Unobtainable)) throw error;
          reasons.set(pmcid, error.message);
        });
        done++;
        tell();
      }),
    );
  };

  const groups: string[][] = [];
  for (let start = 0; start < wanted.length; start += ARTICLES_PER_REQUEST)
    groups.push(wanted.slice(start, start + ARTICLES_PER_REQUEST));
  // A few groups at a time keep the client busy; all at once would hold every answer in memory.
  const next = groups.values();
  const worker = async () => {
    for (const group of next) await fetchGroup(group);
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  return { reasons, fetched };
}

function ignoreUnobtainable(error: Error): undefined {
  if (!(error instanceof Unobtainable)) throw error;
  return undefined;
}

function manifestOf(
  out: string,
  source: Source,
  { ids, query }: CollectionOptions,
  types: EntityClass[],
  pmcids: readonly string[],
  missing: ReadonlyMap<string, string>,
): Manifest {
  const annotations: Record<string, number> = Object.fromEntries(types.map((label) => [label, 0]));
  const articles: Record<string, string> = {};
  for (const pmcid of [...pmcids].sort()) {
    if (missing.has(pmcid)) continue;
    for (const { type } of storedArticle(out, pmcid, source, types)?.annotations ?? []) annotations[type]++;
    articles[pmcid] = sha256OfStored(out, pmcid);
  }
  return {
    source,
    query: ids ? null : (query ?? '*'),
    types,
    requested: pmcids.length,
    stored: Object.keys(articles).length,
    annotations,
    articles,
    missing: Object.fromEntries([...missing].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

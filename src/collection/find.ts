/** Selects articles by ids, by a query, or by the classes of their annotations. */
import { InputError } from '../foundation';
import type { SearchResult } from './answers';
import type { EuropePmc } from './europepmc';
import { isPmcid, normalizedId } from './ids';
import { idOf } from './json';
import { Paging } from './paging';
import { Unobtainable } from './unobtainable';

/** The articles to collect, in the order in which they were found, and those that cannot be collected. */
export interface Wanted {
  /** PMCID of each article -> the id under which it was requested. */
  articles: Map<string, string>;
  /** Requested id -> why there is nothing to collect. */
  missing: Map<string, string>;
}

/** This many PubMed ids make a query of about 1,000 characters. */
const IDS_PER_QUERY = 40;

/** PubMed ids are looked up, so that `MED:…` and `PMC…` of one article count once. @throws InputError for an invalid id */
export async function wantedByIds(service: EuropePmc, ids: readonly string[]): Promise<Wanted> {
  if (ids.length === 0) throw new InputError('The list of ids is empty; name at least one article');
  const wanted = new Set(
    ids.map((written) => {
      const id = normalizedId(written);
      if (id) return id;
      throw new InputError(`"${written}" is not an article id; write one such as PMC3320746 or MED:22536497`);
    }),
  );
  const { pmcids, missing } = await lookedUp(
    service,
    [...wanted].filter((id) => !isPmcid(id)),
  );
  const articles = new Map<string, string>();
  for (const id of wanted) {
    const pmcid = isPmcid(id) ? id : pmcids.get(id);
    if (pmcid && !articles.has(pmcid)) articles.set(pmcid, id);
  }
  return { articles, missing };
}

/** Looks up the PMCIDs of PubMed ids by the article search. */
async function lookedUp(
  service: EuropePmc,
  ids: readonly string[],
): Promise<{ pmcids: Map<string, string>; missing: Map<string, string> }> {
  const pmcids = new Map<string, string>();
  const missing = new Map<string, string>();
  await Promise.all(
    batches(ids, IDS_PER_QUERY).map(async (batch) => {
      let rest: readonly string[] = batch;
      let why = 'Europe PMC does not know the id';
      // A response may omit ids: the rest is requested again as long as that brings something.
      for (let before = Number.POSITIVE_INFINITY; rest.length > 0 && rest.length < before; ) {
        before = rest.length;
        const query = `SRC:MED AND (${rest.map((id) => `EXT_ID:${id.slice(4)}`).join(' OR ')})`;
        const { results } = await service.search(query).catch((error: Error) => {
          if (!(error instanceof Unobtainable)) throw error;
          why = `its PMCID could not be obtained: ${error.message}`;
          return { results: [] };
        });
        for (const result of results) {
          const id = `MED:${idOf(result.id)}`;
          if (result.source !== 'MED' || !rest.includes(id)) continue;
          const reason = whyNotOpen(result);
          if (reason) missing.set(id, reason);
          else pmcids.set(id, String(result.pmcid));
        }
        rest = rest.filter((id) => !pmcids.has(id) && !missing.has(id));
      }
      for (const id of rest) missing.set(id, why);
    }),
  );
  return { pmcids, missing };
}

function whyNotOpen({ pmcid, inEPMC, isOpenAccess }: SearchResult): string | undefined {
  if (!isPmcid(pmcid) || inEPMC === 'N') return 'Europe PMC has no full text of it';
  return isOpenAccess === 'N' ? `its full text (${pmcid}) is not open access` : undefined;
}

/** Finds open-access articles with full text that match a query, best match first. */
export async function wantedByQuery(service: EuropePmc, query: string, limit: number): Promise<Wanted> {
  const found = new Set<string>();
  const pages = new Paging();
  const open = `(${query}) AND OPEN_ACCESS:y AND IN_EPMC:y`;
  let cursor: string | undefined;
  do {
    const { results, next } = await service.search(open, cursor);
    const keys = results.map(({ source, id }) => `${idOf(source)}:${idOf(id)}`);
    cursor = pages.cursorAfter(next, keys, () => {
      for (const { pmcid } of results) if (isPmcid(pmcid) && found.size < limit) found.add(pmcid);
      return found.size;
    });
  } while (cursor !== undefined && found.size < limit);
  if (found.size === 0)
    throw new InputError(`No open-access article with full text matches "${query}"; change the query`);
  return itself(found);
}

/** Finds articles in PubMed Central with annotations of any of the classes; a page of each class in turn. */
export async function wantedByTypes(
  service: EuropePmc,
  types: readonly string[],
  limit: number,
): Promise<Wanted> {
  const found = new Set<string>();
  let open: { type: string; pages: Paging; cursor?: string }[] = types.map((type) => ({
    type,
    pages: new Paging(),
  }));
  while (open.length > 0 && found.size < limit) {
    const answers = await Promise.all(open.map(({ type, cursor }) => service.annotatedWith(type, cursor)));
    open = open.flatMap(({ type, pages }, index) => {
      const { articles, next } = answers[index];
      const keys = articles.map(({ key }) => key ?? '');
      const cursor = pages.cursorAfter(next, keys, () => {
        for (const { pmcid } of articles) if (pmcid && found.size < limit) found.add(pmcid);
        return found.size;
      });
      return cursor === undefined ? [] : [{ type, pages, cursor }];
    });
  }
  if (found.size === 0)
    throw new InputError(
      `No article with annotations of ${types.join(', ')} was found; name other classes, ids or a query`,
    );
  return itself(found);
}

function itself(pmcids: ReadonlySet<string>): Wanted {
  return { articles: new Map([...pmcids].map((pmcid) => [pmcid, pmcid])), missing: new Map() };
}

export function batches<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

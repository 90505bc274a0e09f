import Bottleneck from 'bottleneck';
import pRetry, { AbortError } from 'p-retry';
import type { EntityClass } from '../foundation';
import { type Annotation, isAnnotation } from './article';

export const EUROPE_PMC = 'https://www.ebi.ac.uk/europepmc';

/** The service's own limits: 10 requests a second, 500 a minute, 8 articles a request for annotations. */
export const REQUESTS_PER_MINUTE = 500;
export const ARTICLES_PER_REQUEST = 8;
const REQUESTS_AT_ONCE = 8;
const SEARCH_PAGE = 100;

export interface EuropePmcOptions {
  /** Default `EUROPE_PMC`. */
  baseUrl?: string;
  /** An address the service can write to when a harvest disturbs it; goes into the User-Agent. */
  contact?: string;
  /** Default `REQUESTS_PER_MINUTE`; evenly spaced, so that no second sees more than its share either. */
  requestsPerMinute?: number;
  /** How long a request may take, body included; default 60 s. */
  timeoutMilliseconds?: number;
  /** How often a failed request is repeated; default 5. */
  retries?: number;
  /** The pause before the first repetition; each further one doubles, times a random number from 1 to 2. Default 1 s. */
  firstPauseMilliseconds?: number;
}

/** Why an article could not be had; the message is what the manifest says. */
export class Unobtainable extends Error {
  override readonly name = 'Unobtainable';
}

export interface EuropePmc {
  /** JATS XML, checked to be the whole of the right article. @throws Unobtainable */
  fullText(pmcid: string): Promise<string>;
  /** Annotations of at most 8 articles by PMCID; one that has none is not in the answer. @throws Unobtainable */
  annotations(pmcids: readonly string[], types: readonly EntityClass[]): Promise<Map<string, Annotation[]>>;
  /** PMCIDs of open-access articles with full text, best match first. @throws Unobtainable */
  search(query: string, limit: number): Promise<string[]>;
}

/** A client that keeps the service's limits whatever is asked of it, and believes no answer it has not checked. */
export function createEuropePmc({
  baseUrl = EUROPE_PMC,
  contact,
  requestsPerMinute = REQUESTS_PER_MINUTE,
  timeoutMilliseconds = 60_000,
  retries = 5,
  firstPauseMilliseconds = 1_000,
}: EuropePmcOptions = {}): EuropePmc {
  const root = baseUrl.replace(/\/+$/, '');
  const limiter = new Bottleneck({
    maxConcurrent: REQUESTS_AT_ONCE,
    minTime: Math.ceil(60_000 / requestsPerMinute),
  });
  const userAgent = `falconframes${contact ? ` (${contact})` : ''}`;
  let pausedUntil = 0; // what a Retry-After asked for holds for every request

  /** One request in its turn; `check` turns the body into the result or throws what is wrong with it. */
  const ask = <T>(path: string, check: (body: string) => T): Promise<T> =>
    pRetry(
      async () => {
        await sleep(pausedUntil - Date.now());
        return limiter.schedule(async () => {
          const response = await fetch(root + path, {
            headers: { 'User-Agent': userAgent },
            signal: AbortSignal.timeout(timeoutMilliseconds),
          });
          const wait = retryAfter(response.headers.get('Retry-After'));
          pausedUntil = Math.max(pausedUntil, Date.now() + wait);
          if (response.status === 404)
            throw new AbortError(new Unobtainable('the service has no such article (404)'));
          if (!response.ok) throw new Unobtainable(`the service answered with status ${response.status}`);
          return check(await response.text());
        });
      },
      {
        retries,
        minTimeout: firstPauseMilliseconds,
        maxTimeout: 60_000,
        randomize: true,
        // A TypeError is fetch's word for a broken connection; p-retry would take it for a defect.
        shouldRetry: () => true,
      },
    ).catch((error: Error) => {
      throw error instanceof Unobtainable ? error : new Unobtainable(inWords(error));
    });

  return {
    fullText: (pmcid) =>
      ask(`/webservices/rest/${pmcid}/fullTextXML`, (body) => checkedFullText(body, pmcid)),

    async annotations(pmcids, types) {
      const ids = pmcids.map((pmcid) => `PMC:${pmcid.slice(3)}`).join(',');
      const parameters = new URLSearchParams({ articleIds: ids, format: 'JSON' });
      for (const type of types) parameters.append('type', type);
      return ask(`/annotations_api/annotationsByArticleIds?${parameters}`, (body) =>
        checkedAnnotations(body, pmcids, types),
      );
    },

    async search(query, limit) {
      const found = new Set<string>();
      let cursorMark = '*';
      while (found.size < limit) {
        const parameters = new URLSearchParams({
          query: `(${query}) AND OPEN_ACCESS:y AND IN_EPMC:y`,
          format: 'json',
          pageSize: String(SEARCH_PAGE),
          cursorMark,
        });
        const page = await ask(`/webservices/rest/search?${parameters}`, checkedSearch);
        for (const pmcid of page.pmcids) if (found.size < limit) found.add(pmcid);
        if (!page.nextCursorMark || page.nextCursorMark === cursorMark) break;
        cursorMark = page.nextCursorMark;
      }
      return [...found];
    },
  };
}

/** Full text that is XML from end to end and says it is the article asked for, where it says which it is. */
function checkedFullText(body: string, pmcid: string): string {
  if (!/^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]{0,2000}?-->\s*|<!DOCTYPE[^>]*>\s*)*<article[\s>]/.test(body))
    throw new Unobtainable('the full text is no JATS article');
  if (!body.trimEnd().endsWith('</article>')) throw new Unobtainable('the full text breaks off');
  const id = /<article-id\s+pub-id-type="pmc(?:id)?"\s*>\s*(?:PMC)?(\d+)\s*</.exec(body);
  if (id && `PMC${id[1]}` !== pmcid) throw new Unobtainable(`the full text is that of PMC${id[1]}`);
  return body;
}

function checkedAnnotations(
  body: string,
  pmcids: readonly string[],
  types: readonly EntityClass[],
): Map<string, Annotation[]> {
  const answer = parsedJson(body, 'annotations');
  if (!Array.isArray(answer)) throw new Unobtainable('the annotations are no list of articles');
  const found = new Map<string, Annotation[]>();
  for (const article of answer as { pmcid?: string; extId?: string; annotations?: unknown }[]) {
    const pmcid = article?.pmcid ?? `PMC${String(article?.extId).replace(/^PMC/, '')}`;
    if (!pmcids.includes(pmcid))
      throw new Unobtainable(`annotations of ${pmcid} came, which was not asked for`);
    const { annotations } = article;
    if (!Array.isArray(annotations) || !annotations.every(isAnnotation))
      throw new Unobtainable('the annotations have no "exact" or "type"');
    const ofTypes = annotations.filter(({ type }) => (types as readonly string[]).includes(type));
    found.set(pmcid, [...(found.get(pmcid) ?? []), ...ofTypes]);
  }
  return found;
}

function checkedSearch(body: string): { pmcids: string[]; nextCursorMark?: string } {
  const answer = parsedJson(body, 'search results') as {
    nextCursorMark?: string;
    resultList?: { result?: { pmcid?: string }[] };
  };
  const results = answer?.resultList?.result;
  if (!Array.isArray(results)) throw new Unobtainable('the search results have no list');
  const pmcids = results.flatMap(({ pmcid }) => (pmcid && /^PMC\d+$/.test(pmcid) ? [pmcid] : []));
  return { pmcids, nextCursorMark: results.length > 0 ? answer.nextCursorMark : undefined };
}

function parsedJson(body: string, what: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new Unobtainable(
      `the ${what} are no JSON${/^\s*<(!doctype|html)/i.test(body) ? ' but an HTML page' : ''}`,
    );
  }
}

/** Milliseconds that a `Retry-After` header asks for, in seconds or as a date; at most five minutes. */
function retryAfter(header: string | null): number {
  if (header === null) return 0;
  const wait = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), 300_000) : 0;
}

function inWords(error: Error): string {
  if (error.name === 'TimeoutError') return 'the service did not answer in time';
  const cause = (error.cause as { code?: string } | undefined)?.code;
  return `the connection failed (${cause ?? error.message})`;
}

function sleep(milliseconds: number): Promise<void> | undefined {
  return milliseconds > 0 ? new Promise((resolve) => setTimeout(resolve, milliseconds)) : undefined;
}

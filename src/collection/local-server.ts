import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { projectRoot } from '../foundation';
import { ARTICLES_PER_REQUEST } from './europepmc';

export interface LocalServer {
  url: string;
  close(): Promise<void>;
}

/** The invented articles that come with the project. */
export const SAMPLE = join(projectRoot, 'data', 'sample');

/**
 * Serves a folder on the loopback interface with Europe PMC's interface, until closed.
 *
 * @param folder `articles/<PMCID>.xml` in JATS, `annotations/<PMCID>.json` as Europe PMC answers
 */
export function startLocalServer(folder: string): Promise<LocalServer> {
  return listen(folderListener(folder));
}

export async function listen(listener: RequestListener): Promise<LocalServer> {
  const server = createServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * Answers the four addresses used for collecting. A search finds the articles that contain every word of the query, or those with the
 * given PubMed ids; an article's PubMed id is the number of its PMCID.
 */
export function folderListener(folder = SAMPLE): RequestListener {
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const answer = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'Content-Type': `${type}; charset=utf-8` }).end(body);
    const json = (value: unknown) => answer(200, 'application/json', JSON.stringify(value));
    const [, pmcid] = /^\/webservices\/rest\/(PMC\d+)\/fullTextXML$/.exec(pathname) ?? [];
    if (pmcid) {
      const file = join(folder, 'articles', `${pmcid}.xml`);
      if (existsSync(file)) answer(200, 'application/xml', readFileSync(file, 'utf8'));
      else answer(404, 'text/plain', 'not found');
    } else if (pathname === '/annotations_api/annotationsByArticleIds') {
      const ids = (searchParams.get('articleIds') ?? '').split(',');
      if (ids.length > ARTICLES_PER_REQUEST) answer(400, 'text/plain', 'too many articles');
      else json(annotationsOf(folder, ids, searchParams.get('type')));
    } else if (pathname === '/annotations_api/annotationsBySectionAndOrType') {
      const size = Number(searchParams.get('pageSize') ?? 4);
      if (size > ARTICLES_PER_REQUEST) answer(400, 'text/plain', 'too many articles');
      else json(typePage(folder, searchParams.get('type'), Number(searchParams.get('cursorMark')), size));
    } else if (pathname === '/webservices/rest/search') json(search(folder, searchParams));
    else answer(404, 'text/plain', 'not found');
  };
}

function annotationsOf(folder: string, ids: readonly string[], type: string | null): object[] {
  return ids.flatMap((id) => {
    const file = join(folder, 'annotations', `${id.replace(/^PMC:(PMC)?/, 'PMC')}.json`);
    if (!/^PMC:(PMC)?\d+$/.test(id) || !existsSync(file)) return [];
    const [article] = JSON.parse(readFileSync(file, 'utf8')) as { annotations: { type: string }[] }[];
    const annotations = article.annotations.filter((annotation) => !type || annotation.type === type);
    const isFiltered = annotations.length < article.annotations.length;
    return annotations.length > 0 || !isFiltered ? [{ ...article, annotations }] : [];
  });
}

/** Cursors decrease as in the service: each is a position from the end, 0 is the beginning and -1 is the end. */
function typePage(folder: string, type: string | null, cursorMark: number, size: number): object {
  const all = pmcidsOf(folder).flatMap((pmcid) => annotationsOf(folder, [`PMC:${pmcid}`], type));
  const start = cursorMark === 0 ? 0 : all.length - cursorMark;
  const articles = all.slice(start, start + size);
  const left = all.length - start - articles.length;
  return { cursorMark, nextCursorMark: left > 0 ? left : -1, articles };
}

/** Cursors are positions in the list of hits. */
function search(folder: string, parameters: URLSearchParams): object {
  const query = parameters.get('query') ?? '';
  const ids = [...query.matchAll(/\bEXT_ID:"?(\d+)/g)].map(([, number]) => `PMC${number}`);
  const words = query
    .replace(/\b\w+:\S+|[()*"]|\bAND\b/g, ' ')
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean);
  const hits = pmcidsOf(folder).filter((pmcid) => {
    if (ids.length > 0) return ids.includes(pmcid);
    if (words.length === 0) return true;
    const text = readFileSync(join(folder, 'articles', `${pmcid}.xml`), 'utf8').toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const start = Number(parameters.get('cursorMark')) || 0;
  const end = start + (Number(parameters.get('pageSize')) || 25);
  const result = hits.slice(start, end).map((pmcid) => {
    const pmid = pmcid.slice(3);
    return { id: pmid, source: 'MED', pmid, pmcid, isOpenAccess: 'Y', inEPMC: 'Y' };
  });
  const next = end < hits.length ? { nextCursorMark: String(end) } : {};
  return { hitCount: hits.length, ...next, resultList: { result } };
}

function pmcidsOf(folder: string): string[] {
  const names = readdirSync(join(folder, 'articles')).sort();
  return names.map((name) => name.replace('.xml', ''));
}

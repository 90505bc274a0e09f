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

/** Serves the embedded sample on the loopback interface with Europe PMC's interface, until closed. */
export function startSampleServer(): Promise<LocalServer> {
  return listen(sampleListener());
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
 * given PubMed ids; an invented article's PubMed id is the number of its PMCID.
 */
export function sampleListener(folder = join(projectRoot, 'data', 'sample')): RequestListener {
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
    } else if (pathname === '/webservices/rest/search') json(search(folder, searchParams.get('query') ?? ''));
    else answer(404, 'text/plain', 'not found');
  };
}

function annotationsOf(folder: string, ids: readonly string[], type: string | null): object[] {
  return ids.flatMap((id) => {
    const file = join(folder, 'annotations', `${id.replace(/^PMC:(PMC)?/, 'PMC')}.json`);
    if (!/^PMC:(PMC)?\d+$/.test(id) || !existsSync(file)) return [];
    const [article] = JSON.parse(readFileSync(file, 'utf8')) as { annotations: { type: string }[] }[];
    const annotations = article.annotations.filter((annotation) => !type || annotation.type === type);
    return annotations.length > 0 ? [{ ...article, annotations }] : [];
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

function search(folder: string, query: string): object {
  const ids = [...query.matchAll(/\bEXT_ID:"?(\d+)/g)].map(([, number]) => `PMC${number}`);
  const words = query
    .replace(/\b\w+:\S+|[()*"]|\bAND\b/g, ' ')
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean);
  const hits = pmcidsOf(folder).filter((pmcid) => {
    if (ids.length > 0) return ids.includes(pmcid);
    const text = readFileSync(join(folder, 'articles', `${pmcid}.xml`), 'utf8').toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const result = hits.map((pmcid) => {
    const pmid = pmcid.slice(3);
    return { id: pmid, source: 'MED', pmid, pmcid, isOpenAccess: 'Y', inEPMC: 'Y' };
  });
  return { hitCount: result.length, resultList: { result } };
}

function pmcidsOf(folder: string): string[] {
  const names = readdirSync(join(folder, 'articles')).sort();
  return names.map((name) => name.replace('.xml', ''));
}

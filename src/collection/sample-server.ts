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

/** Serves the embedded sample on the loopback interface in the shape of Europe PMC, until closed. */
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

/** The three addresses that collecting uses; a search finds the articles that contain every word of the query. */
export function sampleListener(folder = join(projectRoot, 'data', 'sample')): RequestListener {
  return (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const answer = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'Content-Type': `${type}; charset=utf-8` }).end(body);
    const [, pmcid] = /^\/webservices\/rest\/(PMC\d+)\/fullTextXML$/.exec(url.pathname) ?? [];
    if (pmcid) {
      const file = join(folder, 'articles', `${pmcid}.xml`);
      if (existsSync(file)) answer(200, 'application/xml', readFileSync(file, 'utf8'));
      else answer(404, 'text/plain', 'not found');
    } else if (url.pathname === '/annotations_api/annotationsByArticleIds') {
      const ids = (url.searchParams.get('articleIds') ?? '').split(',');
      if (ids.length > ARTICLES_PER_REQUEST) answer(400, 'text/plain', 'too many articles');
      else
        answer(
          200,
          'application/json',
          JSON.stringify(annotationsOf(folder, ids, url.searchParams.getAll('type'))),
        );
    } else if (url.pathname === '/webservices/rest/search') {
      answer(200, 'application/json', JSON.stringify(search(folder, url.searchParams.get('query') ?? '')));
    } else answer(404, 'text/plain', 'not found');
  };
}

function annotationsOf(folder: string, ids: readonly string[], types: readonly string[]): object[] {
  return ids.flatMap((id) => {
    const file = join(folder, 'annotations', `${id.replace(/^PMC:(PMC)?/, 'PMC')}.json`);
    if (!/^PMC:(PMC)?\d+$/.test(id) || !existsSync(file)) return [];
    const [article] = JSON.parse(readFileSync(file, 'utf8')) as { annotations: { type: string }[] }[];
    const annotations = article.annotations.filter(({ type }) => types.length === 0 || types.includes(type));
    return annotations.length > 0 ? [{ ...article, annotations }] : [];
  });
}

function search(folder: string, query: string): object {
  const words = query
    .replace(/\w+:\S+|[()*"]|\bAND\b/g, ' ')
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean);
  const names = readdirSync(join(folder, 'articles')).sort();
  const hits = names.filter((name) => {
    const text = readFileSync(join(folder, 'articles', name), 'utf8').toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const result = hits.map((name) => ({ source: 'PMC', pmcid: name.replace('.xml', ''), isOpenAccess: 'Y' }));
  return { hitCount: result.length, resultList: { result } };
}

/** A small Europe PMC for tests: it answers correctly for PMC1 to PMC9, and otherwise as a test specifies. */
import { mkdtempSync, rmSync } from 'node:fs';
import type { RequestListener, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Annotation } from './article';
import { listen } from './local-server';
import { HARDLY_LIMITED } from './source';
import { TYPES } from './types.fixture';

export const GOOD: Annotation = {
  prefix: '',
  exact: 'HeLa',
  postfix: ' cells were',
  tags: [{ name: 'HeLa', uri: 'u' }],
  id: '1',
  type: 'Cell Line',
  section: 'Results',
  provider: 'x',
};

export function articleXml(
  pmcid: string,
  { head = '', tail = '', text = 'HeLa cells were grown.' } = {},
): string {
  const front = `<front><article-meta><article-id pub-id-type="pmcid">${pmcid}</article-id></article-meta></front>`;
  return `${head}<article>${front}<body><sec><p>${text}</p></sec></body></article>${tail}`;
}

export function annotationsJson(pmcids: readonly string[], annotations: unknown = [GOOD]): string {
  return JSON.stringify(
    pmcids.map((pmcid) => ({ source: 'PMC', extId: pmcid.slice(3), pmcid, annotations })),
  );
}

/** The response of a test; a text is sent unchanged; nothing is sent if the test has used the response itself. */
export interface Answers {
  fullText?(pmcid: string, response: ServerResponse): string | undefined;
  annotations?(pmcids: string[], response: ServerResponse): string | undefined;
  search?(cursor: string): string;
  types?(cursor: string): string;
}

export interface TestService {
  /** Options that make `collectArticles` fast. */
  options: {
    source: 'europepmc';
    types: readonly string[];
    out: string;
    baseUrl: string;
    limits: typeof HARDLY_LIMITED;
    firstPauseMilliseconds: number;
    timeoutMilliseconds: number;
  };
  folder: string;
  /** Number of requests per address: `annotations PMC1,PMC2`, `fullText PMC1`, `search *`, `types 0`. */
  asked: Map<string, number>;
}

/** Runs a service with these responses and a folder for the collection; both are removed afterwards. */
export async function withAnswers(
  answers: Answers,
  run: (service: TestService) => Promise<void>,
): Promise<void> {
  const asked = new Map<string, number>();
  const server = await listen(listenerFor(answers, asked));
  const folder = mkdtempSync(join(tmpdir(), 'collect-'));
  const limits = HARDLY_LIMITED;
  const out = join(folder, 'collection');
  try {
    await run({
      options: {
        source: 'europepmc',
        types: TYPES,
        out,
        baseUrl: server.url,
        limits,
        firstPauseMilliseconds: 1,
        timeoutMilliseconds: 5_000,
      },
      folder,
      asked,
    });
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

function listenerFor(answers: Answers, asked: Map<string, number>): RequestListener {
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
    const note = (what: string) => asked.set(what, (asked.get(what) ?? 0) + 1);
    const send = (body: string | undefined) => body !== undefined && response.end(body);
    const cursor = searchParams.get('cursorMark') ?? '';
    const [, pmcid] = /\/(PMC\d+)\/fullTextXML$/.exec(pathname) ?? [];
    if (pmcid) {
      note(`fullText ${pmcid}`);
      send(answers.fullText ? answers.fullText(pmcid, response) : articleXml(pmcid));
    } else if (pathname.endsWith('/annotationsByArticleIds')) {
      const pmcids = (searchParams.get('articleIds') ?? '').split(',').map((id) => id.replace(':', ''));
      note(`annotations ${pmcids}`);
      send(answers.annotations ? answers.annotations(pmcids, response) : annotationsJson(pmcids));
    } else if (pathname.endsWith('/search')) {
      note(`search ${cursor}`);
      send(answers.search?.(cursor) ?? searchJson(['PMC1', 'PMC2', 'PMC3']));
    } else {
      note(`types ${cursor}`);
      send(answers.types?.(cursor) ?? typesJson(['PMC1', 'PMC2'], -1));
    }
  };
}

export function searchJson(pmcids: readonly unknown[], nextCursorMark = ''): string {
  const result = pmcids.map((pmcid, index) => ({ id: String(index), source: 'MED', pmcid }));
  return JSON.stringify({ nextCursorMark, resultList: { result } });
}

export function typesJson(pmcids: readonly string[], nextCursorMark: unknown): string {
  return JSON.stringify({ nextCursorMark, articles: JSON.parse(annotationsJson(pmcids)) });
}

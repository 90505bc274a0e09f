import {
  type AnnotationsOfArticle,
  checkedAnnotations,
  checkedFullText,
  checkedSearch,
  checkedTypePage,
  type SearchPage,
  type TypePage,
} from './answers';
import { createAsk, type RequestOptions } from './request';
import { Empty, NotFound } from './unobtainable';

export const EUROPE_PMC = 'https://www.ebi.ac.uk/europepmc';

/** The service's own limit, for ids in a request and for articles on a page. */
export const ARTICLES_PER_REQUEST = 8;
const SEARCH_PAGE = 100;

/** The four addresses of Europe PMC that collecting needs. Everything rejects with `Unobtainable`. */
export interface EuropePmc {
  /** JATS XML, checked to be complete and of the requested article. */
  fullText(pmcid: string): Promise<string>;
  /** Annotations of at most 8 articles by PMCID; without articles that the service omits. */
  annotations(
    pmcids: readonly string[],
    types: readonly string[],
  ): Promise<Map<string, AnnotationsOfArticle>>;
  /** A page of the article search; the first if no cursor is given. */
  search(query: string, cursor?: string): Promise<SearchPage>;
  /** A page of articles with annotations of a class; the first if no cursor is given. */
  annotatedWith(type: string, cursor?: string): Promise<TypePage>;
  /** Ends all running and waiting requests. */
  close(): void;
}

/** Creates a client that respects the service's limits and checks every response. */
export function createEuropePmc(options: RequestOptions): EuropePmc {
  const { ask, stop } = createAsk(options);
  return {
    fullText: (pmcid) =>
      ask(`/webservices/rest/${pmcid}/fullTextXML`, (body) => checkedFullText(body, pmcid)).catch((error) => {
        throw error instanceof NotFound ? new NotFound(NO_FULL_TEXT) : error;
      }),

    async annotations(pmcids, types) {
      const articleIds = pmcids.map((pmcid) => `PMC:${pmcid.slice(3)}`).join(',');
      const parameters = new URLSearchParams({ articleIds, format: 'JSON' });
      // The service documents one type per request; with several it might answer for only one, unnoticed. So all types are
      // requested, and the wanted ones selected here.
      if (types.length === 1) parameters.set('type', types[0]);
      return ask(`/annotations_api/annotationsByArticleIds?${parameters}`, (body) =>
        checkedAnnotations(body, pmcids, types),
      ).catch(orWhenEmpty(new Map<string, AnnotationsOfArticle>()));
    },

    search(query, cursor = '*') {
      const parameters = { query, resultType: 'lite', format: 'json', cursorMark: cursor };
      const search = new URLSearchParams({ ...parameters, pageSize: String(SEARCH_PAGE) });
      return ask(`/webservices/rest/search?${search}`, checkedSearch).catch(
        orWhenEmpty({ results: [], next: undefined }),
      );
    },

    // The service's names of these four types are the names of the classes.
    annotatedWith(type, cursor = '0') {
      const parameters = { type, filter: '1', format: 'JSON', cursorMark: cursor };
      const page = new URLSearchParams({ ...parameters, pageSize: String(ARTICLES_PER_REQUEST) });
      return ask(`/annotations_api/annotationsBySectionAndOrType?${page}`, checkedTypePage).catch(
        orWhenEmpty<TypePage>({ articles: [], next: undefined }),
      );
    },

    close: () => stop(new Error('the client was closed')),
  };
}

const NO_FULL_TEXT = 'Europe PMC gives no full text of it (404); it is not there, or not open access';

/** A repeated empty response is accepted as correct. */
function orWhenEmpty<T>(nothing: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Empty) return nothing;
    throw error;
  };
}

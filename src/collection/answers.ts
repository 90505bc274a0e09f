/** Checks of the service's answers. Each returns the content or throws `Unobtainable`. */
import { checkFullText, fieldsOf, InputError, kindOfContent } from '../foundation';
import type { Annotation } from './article';
import { flawOf } from './flaws';
import { isPmcid } from './ids';
import { idOf, parsedJson } from './json';
import { Empty, Unobtainable } from './unobtainable';

/** Checks that a full text is well-formed and, if it states an id, that it is the requested article. */
export function checkedFullText(body: string, pmcid: string): string {
  const stated = statedId(body);
  if (stated !== undefined && stated !== pmcid)
    throw new Unobtainable(`the full text is that of ${stated}`, 'when trusted');
  return body;
}

function statedId(body: string): string | undefined {
  try {
    return checkFullText(body, PLACE).pmcid;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    // The advice after the semicolon is for files.
    const reason = error.message.replace(/; [^;]*$/, '');
    const breaksOff = /ends inside|must contain a root element|DOCTYPE has no end/.test(reason);
    // Typical of a proxy, or of a service that is temporarily down.
    const mayPass =
      breaksOff || body.trim() === '' || kindOfContent(Buffer.from(body.slice(0, 1_000))) === 'html';
    throw new Unobtainable(
      breaksOff
        ? `${PLACE} breaks off (${reason.slice(PLACE.length + 1)})`
        : reason.replace(`${PLACE}: `, `${PLACE} `),
      mayPass ? 'when trusted' : 'never',
    );
  }
}

const PLACE = 'the full text';

/** The annotations of one article from the service. */
export interface AnnotationsOfArticle {
  /** Annotations of the requested types. */
  annotations: Annotation[];
  /** Number of unusable annotations, by flaw. */
  leftOut: Record<string, number>;
}

/** At most 8 articles are requested at a time, few of which have more than a thousand annotations. */
const MOST_ARTICLES = 100;
const MOST_ANNOTATIONS = 50_000;

/**
 * Returns annotations by article. An article missing from the response is missing from the result; one with an empty list is in it.
 * Articles that were not requested are ignored.
 *
 * Throws `Empty` if a single article was requested and is missing. If several were requested and the response contains others, the
 * error is final: the caller then requests each separately.
 */
export function checkedAnnotations(
  body: string,
  pmcids: readonly string[],
  types: readonly string[],
): Map<string, AnnotationsOfArticle> {
  const asked = new Set(pmcids);
  const wanted = new Set<string>(types);
  const found = new Map<string, AnnotationsOfArticle>();
  let flaw: string | undefined;
  const list = listOfArticles(parsedJson(body, 'annotations', MOST_ARTICLES));
  if (list.length > MOST_ARTICLES)
    throw new Unobtainable(`the annotations are of more than ${MOST_ARTICLES} items`, 'never');
  for (const { pmcid, annotations } of list) {
    if (pmcid === undefined || !asked.has(pmcid))
      flaw ??= `annotations of ${pmcid ?? 'another article'} were returned but not requested`;
    else if (!Array.isArray(annotations)) flaw = 'the annotations of the article are not a list';
    else {
      const answer = found.get(pmcid) ?? { annotations: [], leftOut: {} };
      found.set(pmcid, answer);
      if (answer.annotations.length + annotations.length > MOST_ANNOTATIONS)
        throw new Unobtainable(
          `more than ${MOST_ANNOTATIONS} annotations of ${pmcid} were returned`,
          'never',
        );
      for (const annotation of annotations) {
        const reason = flawOf(annotation);
        if (reason) answer.leftOut[reason] = (answer.leftOut[reason] ?? 0) + 1;
        else if (wanted.has(annotation.type)) answer.annotations.push(annotation);
      }
    }
  }
  if (found.size === 0 && flaw) throw new Unobtainable(flaw, pmcids.length > 1 ? 'never' : 'thrice');
  if (found.size === 0 && pmcids.length === 1) throw new Empty('the service has no annotations of it');
  return found;
}

/** An article of a list that comes in pages. */
export interface ListedArticle {
  /** Identifies the article; undefined if the service gives no id. */
  key: string | undefined;
  /** Undefined for an article that is not in PubMed Central. */
  pmcid: string | undefined;
}

export interface TypePage {
  articles: ListedArticle[];
  /** Undefined after the last page. */
  next: string | undefined;
}

/** A page of articles that have annotations of a type: `{"cursorMark", "nextCursorMark", "articles"}`, next -1 at the end. */
export function checkedTypePage(body: string): TypePage {
  const { articles, nextCursorMark } = fieldsOf(parsedJson(body, 'annotations'));
  const onPage = listOfArticles(articles);
  const mark = Number(idOf(nextCursorMark ?? -1) ?? Number.NaN);
  if (!Number.isFinite(mark))
    throw new Unobtainable('the page of annotations has no cursor for the next page', 'thrice');
  if (onPage.length === 0) throw new Empty('the page of annotations is empty');
  return { articles: onPage, next: mark < 0 ? undefined : String(mark) };
}

/** An article in the answer of the article search. */
export interface SearchResult {
  source?: unknown;
  id?: unknown;
  pmcid?: unknown;
  isOpenAccess?: unknown;
  inEPMC?: unknown;
}

export interface SearchPage {
  results: SearchResult[];
  /** Undefined after the last page. */
  next: string | undefined;
}

const LONGEST_CURSOR = 2_000;

export function checkedSearch(body: string): SearchPage {
  const { resultList, nextCursorMark } = fieldsOf(parsedJson(body, 'search results'));
  const results = fieldsOf(resultList).result;
  if (!Array.isArray(results)) throw new Unobtainable('the search results have no list', 'thrice');
  if (results.length === 0) throw new Empty('the search found nothing');
  const more = typeof nextCursorMark === 'string' && nextCursorMark !== '';
  if (more && nextCursorMark.length > LONGEST_CURSOR)
    throw new Unobtainable('the search results have no cursor for the next page', 'thrice');
  return { results: results.map(fieldsOf), next: more ? nextCursorMark : undefined };
}

function listOfArticles(list: unknown): (ListedArticle & { annotations: unknown })[] {
  if (!Array.isArray(list)) throw new Unobtainable('the annotations are not a list of articles', 'thrice');
  return list.map((item) => {
    const { source, extId, pmcid, annotations } = fieldsOf(item);
    const id = idOf(extId);
    const named = isPmcid(pmcid)
      ? pmcid
      : source === 'PMC' && id
        ? `PMC${id.replace(/^PMC/, '')}`
        : undefined;
    const key = named ?? (id && `${idOf(source)}:${id}`);
    return { key, pmcid: isPmcid(named) ? named : undefined, annotations };
  });
}

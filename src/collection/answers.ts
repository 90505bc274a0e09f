/** Checks of the service's answers. Each returns the content or throws `Unobtainable`. */
import { checkFullText, fieldsOf, InputError, kindOfContent } from '../foundation';
import type { Annotation } from './article';
import { flawOf } from './flaws';
import { isPmcid } from './ids';
import { idOf, parsedJson } from './json';
import { Empty, Unobtainable } from './unobtainable';

/** A full text that the XML reader accepts to its end and that is the article asked for, if it states an id. */
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
    // A proxy, or a service that is down for a moment, answers so.
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
  /** Those of the types that were asked for. */
  annotations: Annotation[];
  /** How many of all its annotations cannot be kept, by the flaw that they have. */
  leftOut: Record<string, number>;
}

/** At most 8 articles are asked for, of which few have more than a thousand annotations. */
const MOST_ARTICLES = 100;
const MOST_ANNOTATIONS = 50_000;

/**
 * Annotations by article. An article missing from the answer is missing from the result; one with an empty list is in it. Articles
 * that were not asked for are ignored.
 *
 * If a single article was asked for and is missing, throws `Empty`. If several were and the answer is about others, the error is
 * final: the caller then asks for each alone.
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
      flaw ??= `annotations of ${pmcid ?? 'another article'} came, which were not asked for`;
    else if (!Array.isArray(annotations)) flaw = 'the annotations of the article are not a list';
    else {
      const answer = found.get(pmcid) ?? { annotations: [], leftOut: {} };
      found.set(pmcid, answer);
      if (answer.annotations.length + annotations.length > MOST_ANNOTATIONS)
        throw new Unobtainable(`more than ${MOST_ANNOTATIONS} annotations of ${pmcid} came`, 'never');
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
    throw new Unobtainable('the page of annotations does not say where the next begins', 'thrice');
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
    throw new Unobtainable('the search results do not say where the next page begins', 'thrice');
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

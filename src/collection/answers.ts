/** What the service's answers must be to be believed. Each check returns the content or throws `Unobtainable`. */
import { checkFullText, type EntityClass, InputError, kindOfContent } from '../foundation';
import type { Annotation } from './article';
import { flawOf } from './flaws';
import { isPmcid } from './ids';
import { idOf, parsedJson, record } from './json';
import { Empty, Unobtainable } from './unobtainable';

/** Full text that the XML reader takes, from end to end, and that is the article asked for, where it says which it is. */
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
    // The mend behind the semicolon is for a file at hand.
    const reason = error.message.replace(/; [^;]*$/, '');
    const breaksOff = /ends inside|must contain a root element|DOCTYPE has no end/.test(reason);
    // What a proxy or a service that is down for a moment answers.
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

/** What the annotations service says of one article. */
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
 * Annotations by article. An article that the answer lacks is not in the result, one with an empty list is. Articles that
 * nobody asked for are ignored.
 *
 * Where one article alone was asked for and is not there, that is `Empty`; where several were, and the answer is about
 * others, it is final: each is then asked for alone.
 */
export function checkedAnnotations(
  body: string,
  pmcids: readonly string[],
  types: readonly EntityClass[],
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
    else if (!Array.isArray(annotations)) flaw = 'the annotations of the article are no list';
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
  /** Tells it from the others; undefined where the service names none. */
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
  const { articles, nextCursorMark } = record(parsedJson(body, 'annotations'));
  const onPage = listOfArticles(articles);
  const mark = Number(idOf(nextCursorMark ?? -1) ?? Number.NaN);
  if (!Number.isFinite(mark))
    throw new Unobtainable('the page of annotations does not say where the next begins', 'thrice');
  if (onPage.length === 0) throw new Empty('the page of annotations is empty');
  return { articles: onPage, next: mark < 0 ? undefined : String(mark) };
}

/** What the article search says of an article. */
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
  const { resultList, nextCursorMark } = record(parsedJson(body, 'search results'));
  const results = record(resultList).result;
  if (!Array.isArray(results)) throw new Unobtainable('the search results have no list', 'thrice');
  if (results.length === 0) throw new Empty('the search found nothing');
  const more = typeof nextCursorMark === 'string' && nextCursorMark !== '';
  if (more && nextCursorMark.length > LONGEST_CURSOR)
    throw new Unobtainable('the search results do not say where the next page begins', 'thrice');
  return { results: results.map(record), next: more ? nextCursorMark : undefined };
}

function listOfArticles(list: unknown): (ListedArticle & { annotations: unknown })[] {
  if (!Array.isArray(list)) throw new Unobtainable('the annotations are no list of articles', 'thrice');
  return list.map((item) => {
    const { source, extId, pmcid, annotations } = record(item);
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

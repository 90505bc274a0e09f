/** What the service's answers must be to be believed. Each check returns the content or throws `Unobtainable`. */
import { XMLValidator } from 'fast-xml-parser';
import type { EntityClass } from '../foundation';
import { type Annotation, isAnnotation } from './article';
import { isPmcid } from './ids';
import { Empty, Unobtainable } from './unobtainable';

/** Full text that is well-formed XML from end to end and says it is the article asked for, where it says which it is. */
export function checkedFullText(body: string, pmcid: string): string {
  if (!/^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]{0,2000}?-->\s*|<!DOCTYPE[^>]*>\s*)*<article[\s>]/.test(body))
    throw new Unobtainable('the full text is no JATS article');
  if (!body.trimEnd().endsWith('</article>')) throw new Unobtainable('the full text breaks off');
  const id = /<article-id\s+pub-id-type="pmc(?:id)?"\s*>\s*(?:PMC)?(\d+)\s*</.exec(body);
  if (id && `PMC${id[1]}` !== pmcid) throw new Unobtainable(`the full text is that of PMC${id[1]}`);
  const wellFormed = XMLValidator.validate(body);
  if (wellFormed !== true)
    throw new Unobtainable(`the full text is no well-formed XML (line ${wellFormed.err.line})`);
  return body;
}

/** One article of the annotations service. */
export interface AnnotatedArticle {
  /** Undefined for an article that is not in PubMed Central. */
  pmcid: string | undefined;
  annotations: Annotation[];
}

/**
 * Annotations by article, for articles all of which were asked for. One without annotations may be left out: where one
 * alone was asked for, that is `Empty`.
 */
export function checkedAnnotations(
  body: string,
  pmcids: readonly string[],
  types: readonly EntityClass[],
): Map<string, Annotation[]> {
  const wanted = new Set<string>(types);
  const found = new Map<string, Annotation[]>();
  for (const { pmcid, annotations } of annotatedArticles(parsedJson(body, 'annotations'))) {
    if (pmcid === undefined || !pmcids.includes(pmcid))
      throw new Unobtainable(`annotations of ${pmcid ?? 'another article'} came, which were not asked for`);
    const ofTypes = annotations.filter(({ type }) => wanted.has(type));
    if (ofTypes.length > 0) found.set(pmcid, [...(found.get(pmcid) ?? []), ...ofTypes]);
  }
  if (pmcids.length === 1 && found.size === 0) throw new Empty('the service has no annotations of it');
  return found;
}

/** The next articles of a list that comes in pages. */
export interface TypePage {
  pmcids: string[];
  /** Undefined after the last page. */
  next: string | undefined;
}

/** A page of articles that have annotations of a type: `{"cursorMark", "nextCursorMark", "articles"}`, next -1 at the end. */
export function checkedTypePage(body: string): TypePage {
  const { articles, nextCursorMark } = record(parsedJson(body, 'annotations'));
  const onPage = annotatedArticles(articles);
  const mark = Number(nextCursorMark ?? -1);
  if (Number.isNaN(mark))
    throw new Unobtainable('the page of annotations does not say where the next begins');
  if (onPage.length === 0) throw new Empty('the page of annotations is empty');
  return { pmcids: onPage.flatMap(({ pmcid }) => pmcid ?? []), next: mark < 0 ? undefined : String(mark) };
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

export function checkedSearch(body: string): SearchPage {
  const { resultList, nextCursorMark } = record(parsedJson(body, 'search results'));
  const results = record(resultList).result;
  if (!Array.isArray(results)) throw new Unobtainable('the search results have no list');
  if (results.length === 0) throw new Empty('the search found nothing');
  const more = typeof nextCursorMark === 'string' && nextCursorMark !== '';
  return { results: results.map(record), next: more ? nextCursorMark : undefined };
}

function annotatedArticles(list: unknown): AnnotatedArticle[] {
  if (!Array.isArray(list)) throw new Unobtainable('the annotations are no list of articles');
  return list.map((item) => {
    const { source, extId, pmcid, annotations } = record(item);
    if (!Array.isArray(annotations) || !annotations.every(isAnnotation))
      throw new Unobtainable('the annotations have no "exact" or "type"');
    if (isPmcid(pmcid)) return { pmcid, annotations };
    const number = /^(?:PMC)?(\d+)$/.exec(String(extId))?.[1];
    return { pmcid: source === 'PMC' && number ? `PMC${number}` : undefined, annotations };
  });
}

/** The fields of an object; of anything else none, so that what is missing is found where it is looked for. */
function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function parsedJson(body: string, what: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    const isPage = /^\s*<(!doctype|html)/i.test(body);
    throw new Unobtainable(`the ${what} are no JSON${isPage ? ' but an HTML page' : ''}`);
  }
}

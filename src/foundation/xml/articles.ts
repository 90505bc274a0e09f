import { InputError } from '../errors';
import { parseXml, type XmlElement, type XmlNode } from './parse';

/** Returns the articles of a document, which is an article or wraps one (`record`) or many (`pmc-articleset`, `articles`). */
function articlesIn(nodes: readonly XmlNode[]): XmlElement[] {
  return nodes.flatMap((node) => {
    if (typeof node === 'string') return [];
    return node.name === 'article' ? [node] : articlesIn(node.children);
  });
}

/** @throws InputError for a document without an article, naming its root element */
export function parseArticles(xml: string, place: string): XmlElement[] {
  const nodes = parseXml(xml, place);
  const articles = articlesIn(nodes);
  if (articles.length > 0) return articles;
  const root = nodes.find((node) => typeof node !== 'string')?.name ?? '';
  const called = root.length > 40 ? `${root.slice(0, 40)}…` : root;
  throw new InputError(
    `${place}: contains no <article> (its root is <${called}>), so it is not JATS; give the full text of an article`,
  );
}

/**
 * Returns the id of an article: `PMC123`; without a PMCID `MED:123` (as Europe PMC writes a PMID) or `PPR123` (a preprint);
 * otherwise its DOI; undefined if it has none of them.
 */
export function articleId(article: XmlElement): string | undefined {
  const ids = identifiers(article);
  const first = (pattern: RegExp, ...types: string[]) => {
    for (const type of types) {
      const number = pattern.exec(ids.get(type) ?? '')?.[1];
      if (number) return number;
    }
    return undefined;
  };
  const pmcid = pmcidOf(article);
  if (pmcid) return pmcid;
  const pmid = first(/^(?:PMID:?\s?|MED:)?(\d{1,12})$/i, 'pmid', 'medline');
  if (pmid) return `MED:${pmid}`;
  const preprint = first(/^(PPR\d{1,12})$/i, 'archive', 'preprint', 'other');
  if (preprint) return preprint.toUpperCase();
  return first(/^(?:(?:https?:\/\/(?:dx\.)?doi\.org\/|doi:\s?))?(10\.\S{1,300})$/i, 'doi');
}

/** Returns `PMC123`, however the file writes it. */
export function pmcidOf(article: XmlElement): string | undefined {
  const ids = identifiers(article);
  for (const type of ['pmcid', 'pmc', 'pmcid-ver', 'pmcaid']) {
    const number = /^(?:PMC[:\s]?)?(\d{1,12})(?:\.\d{1,4})?$/i.exec(ids.get(type) ?? '')?.[1];
    if (number) return `PMC${number}`;
  }
  return undefined;
}

/** Returns the `article-id`s of the article itself by type, the first of each; `pub-id-type="PMC-ID"` is `pmcid`. */
function identifiers(article: XmlElement): Map<string, string> {
  const ids = new Map<string, string>();
  const front = childrenNamed(article, 'front');
  for (const meta of front.flatMap((part) => childrenNamed(part, 'article-meta')))
    for (const { attributes, children } of childrenNamed(meta, 'article-id')) {
      const written = (attributes['pub-id-type'] ?? '').toLowerCase();
      const type = written === 'pmc-id' ? 'pmcid' : written;
      const text = children.filter((child) => typeof child === 'string').join('');
      if (!ids.has(type)) ids.set(type, text.trim());
    }
  return ids;
}

function childrenNamed(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter(
    (child): child is XmlElement => typeof child !== 'string' && child.name === name,
  );
}

/**
 * Checks, before it is stored, that a full text from a service is complete JATS that this library can read.
 *
 * @returns the PMCID in the first article, if any
 * @throws InputError, starting with `place`, for text that is truncated, not well-formed, not JATS or beyond the limits
 */
export function checkFullText(xml: string, place: string): { pmcid: string | undefined } {
  return { pmcid: pmcidOf(parseArticles(xml, place)[0]) };
}

/**
 * XML, and what every JATS reader needs from it: the tree of a document, its articles and their ids.
 *
 * In: text. Out: elements and text with references decoded; `InputError` for damaged documents. May touch: nothing.
 */
export { articlesOfSet } from './article-set';
export { articleId, checkFullText, parseArticles } from './articles';
export { rootElement } from './doctype';
export { parseXml, type XmlElement, type XmlNode } from './parse';
export { decodeReferences } from './references';

import { type ContentKind, kindOfContent, OPENING_BYTES, rootElement, whyUnusable } from '../../foundation';
import type { Opening } from './opening';
import type { DocumentFormat, WholeFileFormat } from './sources';

/** How a content is read: as one document (`WholeFileFormat`), or as many. */
export type ContentFormat = WholeFileFormat | 'jsonl' | 'article-set' | 'bioc' | 'pubtator' | 'tar';

const JSON_ARRAY = 'is a JSON array; write its elements as JSONL, one per line (jq -c ".[]" does)';

/**
 * How to read a content. Where it contradicts the file's name, the content decides: a PDF named `article.txt` is refused as a PDF, and
 * JATS under any name is read as JATS.
 *
 * @param named what the file's name says; undefined if there is no name
 * @returns the format, or why it cannot be read, as the part of a sentence that follows the file's name
 */
export function formatOfContent(
  { kind, text, isGzip }: Pick<Opening, 'kind' | 'text' | 'isGzip'>,
  named: DocumentFormat | 'collected' | undefined,
): ContentFormat | { refusal: string } {
  switch (kind) {
    case 'tar':
      return 'tar';
    case 'gzip':
      return isGzip ? { refusal: 'is compressed twice with gzip; decompress it once' } : 'text';
    case 'bioc-json':
    case 'bioc-xml':
      return 'bioc';
    case 'pubtator':
      return 'pubtator';
    case 'xml':
      return rootElement(text) === 'article' || (named === 'jats' && text === '') ? 'jats' : 'article-set';
    case 'json-array':
      return { refusal: JSON_ARRAY };
    case 'json-object':
      if (named === 'collected' || named === 'jsonl') return named;
      return named === undefined || /^\{\s*["}]/.test(text) ? 'jsonl' : 'text';
    case 'text':
      return named ?? 'text';
    default:
      return { refusal: whyUnusable(kind) ?? 'has an unsupported format' };
  }
}

/** Kinds that the user may ask to read as plain text. */
const MAY_BE_TEXT: readonly ContentKind[] = [
  'xml',
  'html',
  'json-object',
  'json-array',
  'bioc-json',
  'bioc-xml',
  'pubtator',
];

/** The format that the user chose, unless the content is not text at all. */
export function formatAsChosen(
  opening: Opening,
  chosen: DocumentFormat,
): ContentFormat | { refusal: string } {
  const isText = opening.kind === 'text' || MAY_BE_TEXT.includes(opening.kind);
  if (!isText) return formatOfContent(opening, chosen);
  return chosen === 'jats' && rootElement(opening.text) !== 'article' && opening.kind === 'xml'
    ? 'article-set'
    : chosen;
}

/** The opening of a content that is already text. */
export function openingOfText(text: string): Pick<Opening, 'kind' | 'text' | 'isGzip'> {
  const opening = text.slice(0, OPENING_BYTES).replace(/^\ufeff/, '');
  return { kind: kindOfContent(new TextEncoder().encode(opening)), text: opening.trimStart(), isGzip: false };
}

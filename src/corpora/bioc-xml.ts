import { InputError, parseXml, type XmlElement } from '../foundation';
import type { BiocDocument, PlacedDocument } from './bioc-document';
import type { OnSkip } from './plain-documents';

/**
 * Returns the documents of BioC XML. Each is parsed separately: a damaged one is skipped, and memory does not grow with their
 * number.
 *
 * @param withAnnotations whether to convert annotations and relations too
 * @throws InputError for a file without documents, or one that declares entities
 */
export function parseBiocXml(
  content: string,
  place: string,
  onSkip: OnSkip,
  withAnnotations = false,
): PlacedDocument[] {
  const lineAt = lineCounter(content);
  const documents: PlacedDocument[] = [];
  const first = content.search(/<document[\s>]/);
  if (first < 0) throw new InputError(`${place}: has no <document>; give a BioC collection`);
  if (content.slice(0, first).includes('<!ENTITY')) {
    throw new InputError(`${place}: declares entities; replace them by their text`);
  }
  let reached = 0;
  for (let start = first, number = 1; start >= 0; number++) {
    const line = lineAt(start);
    const end = content.indexOf(END, start);
    if (end < 0) {
      onSkip(
        new InputError(`${place} line ${line}: the file ends inside this <document>; get the file again`),
      );
      return documents;
    }
    reached = end + END.length;
    try {
      const document = parseDocument(content.slice(start, reached), place, line, withAnnotations);
      documents.push({ document, place: `${place} line ${line}: document ${number}` });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      onSkip(error);
    }
    start = content.indexOf('<document', reached);
  }
  if (!content.includes('</collection>', reached)) {
    onSkip(new InputError(`${place}: the file ends before </collection>; get the file again`));
  }
  return documents;
}

const END = '</document>';

function parseDocument(xml: string, place: string, line: number, withAnnotations: boolean): BiocDocument {
  // Avoids a parser for each of many empty documents.
  if (!xml.includes('<text'))
    throw new InputError(`${place} line ${line}: a document without <text>; restore it`);
  const [document] = parseXml(xml, place, line) as XmlElement[];
  return {
    id: textOf(document, 'id')?.trim(),
    passages: named(document, 'passage').map((passage) => passageOf(passage, withAnnotations)),
    ...(withAnnotations && { relations: named(document, 'relation') }),
  };
}

function passageOf(passage: XmlElement, withAnnotations: boolean): Record<string, unknown> {
  return {
    offset: textOf(passage, 'offset')?.trim(),
    text: textOf(passage, 'text'),
    infons: infonsOf(passage),
    sentences: named(passage, 'sentence').map((sentence) => passageOf(sentence, withAnnotations)),
    ...(withAnnotations && {
      annotations: named(passage, 'annotation').map(annotationOf),
      relations: named(passage, 'relation'),
    }),
  };
}

function annotationOf(annotation: XmlElement): Record<string, unknown> {
  return {
    infons: infonsOf(annotation),
    locations: named(annotation, 'location').map(({ attributes }) => attributes),
    text: textOf(annotation, 'text'),
  };
}

function infonsOf(element: XmlElement): Record<string, string> {
  return Object.fromEntries(
    named(element, 'infon').map((infon) => [infon.attributes.key ?? '', ownText(infon)]),
  );
}

function named({ children }: XmlElement, name: string): XmlElement[] {
  return children.filter((child): child is XmlElement => typeof child !== 'string' && child.name === name);
}

/** Returns the text of the first child of that name. */
function textOf(parent: XmlElement, name: string): string | undefined {
  const [first] = named(parent, name);
  return first && ownText(first);
}

function ownText({ children }: XmlElement): string {
  return children.filter((child) => typeof child === 'string').join('');
}

/** Returns a function from position to line, from 1. Positions must be in ascending order. */
function lineCounter(content: string): (place: number) => number {
  let line = 1;
  let end = content.indexOf('\n');
  return (place) => {
    for (; end >= 0 && end < place; end = content.indexOf('\n', end + 1)) line++;
    return line;
  };
}

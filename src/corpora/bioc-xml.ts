import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { InputError } from '../foundation';
import type { BiocDocument, PlacedDocument } from './bioc';
import type { OnSkip } from './plain-documents';

const LONGEST_DOCUMENT = 10_000_000;
/** Every tag and every attribute is an object while it is checked. */
const MOST_MARKUP = 500_000;

/** Annotations and relations are passed over unparsed. */
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseAttributeValue: false,
  parseTagValue: false,
  trimValues: false,
  isArray: (name) => name === 'passage' || name === 'sentence' || name === 'infon',
  stopNodes: ['..annotation', '..relation'],
  processEntities: {
    enabled: true,
    maxEntityCount: 0,
    maxTotalExpansions: 10_000_000,
    maxExpandedLength: LONGEST_DOCUMENT,
  },
  htmlEntities: true,
  maxNestedTags: 16,
});

/**
 * The documents of BioC XML, each parsed by itself: one that is damaged is skipped, and a file of many takes no more memory than
 * one of few.
 *
 * @throws InputError for a file without documents, and for one that declares entities
 */
export function parseBiocXml(content: string, place: string, onSkip: OnSkip): PlacedDocument[] {
  const lineAt = lineCounter(content);
  const documents: PlacedDocument[] = [];
  const first = content.search(/<document[\s>]/);
  if (first < 0) throw new InputError(`${place}: has no <document>; give a BioC collection`);
  if (content.slice(0, first).includes('<!ENTITY')) {
    throw new InputError(`${place}: declares entities; write out what they stand for`);
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
      const document = parseDocument(content.slice(start, reached), place, line);
      documents.push({ document, place: `${place} line ${line}: document ${number}` });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      onSkip(error);
    }
    start = content.indexOf('<document', reached);
  }
  if (!content.includes('</collection>', reached)) {
    onSkip(new InputError(`${place}: the file ends before </collection>; get it again`));
  }
  return documents;
}

const END = '</document>';

function parseDocument(xml: string, place: string, line: number): BiocDocument {
  if (xml.length > LONGEST_DOCUMENT || xml.split(/[<=]/, MOST_MARKUP).length === MOST_MARKUP) {
    throw new InputError(
      `${place} line ${line}: a document of more than ${LONGEST_DOCUMENT} characters or ${MOST_MARKUP} tags and attributes; split it`,
    );
  }
  // Spares a parser for each of many empty documents.
  if (!xml.includes('<text'))
    throw new InputError(`${place} line ${line}: a document without <text>; restore it`);
  const verdict = XMLValidator.validate(xml);
  if (verdict !== true) {
    const { line: inside, msg } = verdict.err;
    throw new InputError(
      `${place} line ${line + inside - 1}: malformed XML (${shortened(msg)}); get the file again`,
    );
  }
  let parsed: { document?: XmlDocument };
  try {
    parsed = parser.parse(xml);
  } catch (error) {
    const { message } = error as Error;
    throw new InputError(`${place} line ${line}: malformed XML (${shortened(message)}); get the file again`);
  }
  const { id, passage = [] } = Object(parsed.document) as XmlDocument;
  return { id: textOf(id)?.trim(), passages: passage.map(passageOf) };
}

/** An element that holds text alone is a string; with attributes it is an object. */
type XmlText = string | { '#text'?: string };

interface XmlDocument {
  id?: XmlText;
  passage?: XmlPassage[];
}

interface XmlPassage {
  offset?: XmlText;
  text?: XmlText;
  infon?: { key?: string; '#text'?: string }[];
  sentence?: XmlPassage[];
}

function passageOf({ offset, text, infon = [], sentence = [] }: XmlPassage): Record<string, unknown> {
  return {
    offset: textOf(offset)?.trim(),
    text: textOf(text),
    infons: Object.fromEntries(infon.map(({ key, '#text': value }) => [key, value])),
    sentences: sentence.map(passageOf),
  };
}

function textOf(element: XmlText | undefined): string | undefined {
  return typeof element === 'object' ? element['#text'] : element;
}

/** A message may quote the document. */
function shortened(message: string): string {
  const line = message.replace(/\s+/g, ' ').replace(/\.$/, '');
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
}

/** The line of a place, from 1; places are asked for in order. */
function lineCounter(content: string): (place: number) => number {
  let line = 1;
  let end = content.indexOf('\n');
  return (place) => {
    for (; end >= 0 && end < place; end = content.indexOf('\n', end + 1)) line++;
    return line;
  };
}

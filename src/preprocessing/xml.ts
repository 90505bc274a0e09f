import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { InputError } from '../foundation';
import { decodeEntities } from './entities';

/** An element without its attributes, or a piece of text with its entities decoded. */
export type XmlNode = { name: string; children: XmlNode[] } | string;

// Of the 273 articles in the mirror none has more than 450,000 characters, 26,000 tags and attributes, 24 levels.
const MOST_CHARACTERS = 10_000_000;
/** Every tag and every attribute is an object while it is checked: the two limits bound the memory to about 1 GB. */
const MOST_MARKUP = 1_000_000;
const DEEPEST = 256;
const LONGEST_INSTRUCTION = 10_000;
/** Much of an article's markup is its references. No reader wants them, so they are passed over unparsed. */
const UNREAD = 'ref-list';

/**
 * Entities are left to `decodeEntities`, which knows a fixed table and expands nothing; attributes are not needed; text
 * stays text (no numbers, no trimming).
 */
const parser = new XMLParser({
  preserveOrder: true,
  trimValues: false,
  parseTagValue: false,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  processEntities: false,
  maxNestedTags: DEEPEST,
  stopNodes: [`..${UNREAD}`],
});

/**
 * The top-level nodes of a document. The DOCTYPE is passed over unread: no entity it declares is expanded and nothing
 * it names is opened. Runs in time linear in the length.
 *
 * @param place opens the message of the error: the file, say
 * @throws InputError for what is not well-formed, not UTF-8, or beyond the limits of size and depth
 */
export function parseXml(xml: string, place: string): XmlNode[] {
  checkLimits(xml, place);
  checkInstructions(xml, place);
  checkEncoding(xml, place);
  const body = withoutDoctype(xml, place);
  const flaw = XMLValidator.validate(body);
  if (flaw !== true) {
    const { msg, line } = flaw.err;
    throw new InputError(
      `${place} line ${line}: not well-formed XML (${shortened(msg)}); get the file again`,
    );
  }
  try {
    return convert(parser.parse(body));
  } catch (error) {
    const { message } = error as Error;
    throw new InputError(`${place}: cannot be read as XML (${shortened(message)}); get the file again`);
  }
}

function checkLimits(xml: string, place: string): void {
  if (xml.length > MOST_CHARACTERS)
    throw new InputError(
      `${place}: ${xml.length} characters of XML, at most ${MOST_CHARACTERS} are read; split the file`,
    );
  let markup = 0;
  for (const sign of ['<', '='])
    for (let at = xml.indexOf(sign); at >= 0 && markup <= MOST_MARKUP; at = xml.indexOf(sign, at + 1))
      markup++;
  if (markup > MOST_MARKUP)
    throw new InputError(`${place}: more than ${MOST_MARKUP} tags and attributes; split the file`);
}

/** The parser takes a hundred bytes for each character of a processing instruction. */
function checkInstructions(xml: string, place: string): void {
  for (let start = xml.indexOf('<?'); start >= 0; ) {
    const end = xml.indexOf('?>', start);
    if ((end < 0 ? xml.length : end) - start > LONGEST_INSTRUCTION)
      throw new InputError(
        `${place}: a processing instruction of more than ${LONGEST_INSTRUCTION} characters; remove it`,
      );
    start = end < 0 ? -1 : xml.indexOf('<?', end);
  }
}

/** The text was read as UTF-8; what was written in another encoding shows it. */
function checkEncoding(xml: string, place: string): void {
  if (xml.includes('\0'))
    throw new InputError(`${place}: holds NUL characters, as UTF-16 read as UTF-8 does; save it as UTF-8`);
  const declared = /^\ufeff?<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(xml)?.[1];
  if (declared && !/^(utf-?8|us-ascii)$/i.test(declared) && xml.includes('\ufffd'))
    throw new InputError(`${place}: written in ${declared}; save it as UTF-8`);
}

/** A message may quote the document, which may be one long tag. */
function shortened(message: string): string {
  const line = message.replace(/\s+/g, ' ').replace(/\.$/, '');
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
}

/** Without a byte order mark, and of the DOCTYPE only its line breaks, so that line numbers stay right. */
function withoutDoctype(xml: string, place: string): string {
  const start = startOfDoctype(xml);
  const first = xml.startsWith('\ufeff') ? 1 : 0;
  if (start < 0) return xml.slice(first);
  const end = endOfDoctype(xml, start);
  if (end < 0) throw new InputError(`${place}: the DOCTYPE has no end; get the file again`);
  return xml.slice(first, start) + xml.slice(start, end).replace(/[^\n]+/g, '') + xml.slice(end);
}

/** Behind white space, comments and processing instructions; -1 where another thing stands there. */
function startOfDoctype(xml: string): number {
  let place = 0;
  while (place < xml.length) {
    if (xml.startsWith('<!DOCTYPE', place)) return place;
    if (/[\s\ufeff]/.test(xml[place])) {
      place++;
      continue;
    }
    const end = xml.startsWith('<?', place) ? '?>' : xml.startsWith('<!--', place) ? '-->' : undefined;
    const found = end ? xml.indexOf(end, place) : -1;
    if (!end || found < 0) return -1;
    place = found + end.length;
  }
  return -1;
}

/** The place after the DOCTYPE's `>`, which may neither stand in quotes nor in the internal subset; -1 without one. */
function endOfDoctype(xml: string, start: number): number {
  let inSubset = false;
  for (let place = start; place < xml.length; place++) {
    const sign = xml[place];
    if (sign === '"' || sign === "'") {
      place = xml.indexOf(sign, place + 1);
      if (place < 0) return -1;
    } else if (inSubset && xml.startsWith('<!--', place)) {
      place = xml.indexOf('-->', place) + 2;
      if (place < 2) return -1;
    } else if (inSubset && xml.startsWith('<?', place)) {
      place = xml.indexOf('?>', place) + 1;
      if (place < 1) return -1;
    } else if (sign === '[') inSubset = true;
    else if (sign === ']') inSubset = false;
    else if (sign === '>' && !inSubset) return place + 1;
  }
  return -1;
}

/** What `preserveOrder` gives: `[{ name: [children] }, { '#text': '…' }]`. */
type OrderedNode = { [name: string]: OrderedNode[] | string };

function convert(nodes: OrderedNode[]): XmlNode[] {
  return nodes.map((node) => {
    for (const name in node) {
      const content = node[name];
      if (typeof content === 'string') return decodeEntities(content);
      return { name, children: name === UNREAD ? [] : convert(content) };
    }
    return '';
  });
}

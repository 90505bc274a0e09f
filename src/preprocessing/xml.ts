import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { InputError } from '../foundation';
import { decodeEntities } from './entities';

/** An element without its attributes, or a piece of text with its entities decoded. */
export type XmlNode = { name: string; children: XmlNode[] } | string;

/** The longest article seen has half a million characters; what is a hundred times as long is no article. */
const LONGEST = 50_000_000;
const DEEPEST = 256;

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
});

/**
 * The top-level nodes of a document. The DOCTYPE is passed over unread: no entity it declares is expanded and nothing
 * it names is opened.
 *
 * @param place opens the message of the error: the file, say
 * @throws InputError for what is not well-formed, or beyond the limits of size and depth
 */
export function parseXml(xml: string, place: string): XmlNode[] {
  if (xml.length > LONGEST)
    throw new InputError(
      `${place}: ${xml.length} characters of XML, at most ${LONGEST} are read; split the file`,
    );
  const body = withoutDoctype(xml, place);
  const flaw = XMLValidator.validate(body);
  if (flaw !== true) {
    const { msg, line } = flaw.err;
    throw new InputError(
      `${place} line ${line}: not well-formed XML (${msg.replace(/\.$/, '')}); get the file again`,
    );
  }
  try {
    return convert(parser.parse(body));
  } catch (error) {
    throw new InputError(`${place}: cannot be read as XML (${(error as Error).message}); get the file again`);
  }
}

/** The DOCTYPE blanked out, its line breaks kept so that line numbers stay right. */
function withoutDoctype(xml: string, place: string): string {
  const start = xml.search(/<!DOCTYPE|<[A-Za-z_]/);
  if (start < 0 || !xml.startsWith('<!DOCTYPE', start)) return xml;
  const end = endOfDoctype(xml, start);
  if (end < 0) throw new InputError(`${place}: the DOCTYPE has no end; get the file again`);
  return xml.slice(0, start) + xml.slice(start, end).replace(/[^\n]/g, ' ') + xml.slice(end);
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
      return { name, children: convert(content) };
    }
    return '';
  });
}

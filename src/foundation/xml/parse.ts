import { SaxesParser } from 'saxes';
import { kindOfContent, whyUnusable } from '../content';
import { InputError } from '../errors';
import { withoutDoctype } from './doctype';
import { NAMED_CHARACTERS } from './references';

/** An element: its name without prefix, its attributes and children. */
export interface XmlElement {
  name: string;
  /** By name as written: `xml:lang`, `ref-type`. */
  attributes: Readonly<Record<string, string>>;
  children: XmlNode[];
}

/** An element, or a text with its references decoded. */
export type XmlNode = XmlElement | string;

// Of the 273 articles in the mirror, none has more than 450,000 characters, 26,000 tags and attributes, or 24 levels.
export const MOST_CHARACTERS = 10_000_000;
/** Every tag and attribute becomes an object: the limit bounds memory. */
const MOST_MARKUP = 1_000_000;
const DEEPEST = 256;
/** Much of an article's markup is references, of which readers need only the number. */
const UNREAD = 'ref-list';
/** Errors found in real files whose meaning is unambiguous. */
const FORGIVEN = new Set([
  'disallowed character.',
  'undefined entity.',
  'malformed character entity.',
  'malformed comment.',
  'the string "]]>" is disallowed in char data.',
]);
const LATE_DECLARATION = 'an XML declaration must be at the start of the document.';

/**
 * Parses a document into its top-level element, in a list (empty if there is none). Linear in the length.
 *
 * A reference list has no children; its attribute `count` gives the number of `<ref>`. Entities declared in the internal subset of
 * the DOCTYPE are expanded within limits; no file or address is opened. References that neither it nor HTML nor JATS defines are
 * left unchanged. Element prefixes are dropped: `<mml:math>` and `<math>` are the same.
 *
 * @param place starts error messages, for example the file
 * @param firstLine line at which a part of a larger file begins
 * @throws InputError for XML that is not well-formed, not UTF-8, or beyond the limits of size and depth
 */
export function parseXml(xml: string, place: string, firstLine = 1): XmlNode[] {
  checkKind(xml, place);
  checkLength(xml, place);
  checkEncoding(xml, place);
  const body = withoutDoctype(wellFormed(withoutInvisibleEnds(xml)), place, MOST_CHARACTERS);
  checkMarkup(body, place);
  return new TreeReader(body, place, firstLine).read();
}

/** Number of characters used to detect the kind of content. */
const OPENING_CHARACTERS = 1_000;

/** Rejects a wrong file by its kind. Binary content read as UTF-8 has a replacement character at or near its start. */
function checkKind(xml: string, place: string): void {
  if (xml.trim() === '' && !xml.includes('\0'))
    throw new InputError(`${place}: is empty; get the file again`);
  const opening = xml.slice(0, OPENING_CHARACTERS);
  if (/^[^ -~\ufeff\ufffd]\ufffd/.test(opening))
    throw new InputError(`${place}: is a binary file (such as gzip); give the full text of an article`);
  const kind = kindOfContent(new TextEncoder().encode(opening));
  if (['json-object', 'json-array', 'bioc-json'].includes(kind))
    throw new InputError(`${place}: is JSON, not JATS XML; give the full text of an article`);
  const reason = kind === 'binary' || kind === 'utf-16' ? undefined : whyUnusable(kind);
  if (reason) throw new InputError(`${place}: ${reason}`);
}

function checkLength(xml: string, place: string): void {
  if (xml.length > MOST_CHARACTERS)
    throw new InputError(
      `${place}: ${xml.length} characters of XML, at most ${MOST_CHARACTERS} are read; split the file`,
    );
}

function checkMarkup(xml: string, place: string): void {
  let markup = 0;
  for (const sign of ['<', '='])
    for (let at = xml.indexOf(sign); at >= 0 && markup <= MOST_MARKUP; at = xml.indexOf(sign, at + 1))
      markup++;
  if (markup > MOST_MARKUP)
    throw new InputError(`${place}: more than ${MOST_MARKUP} tags and attributes; split the file`);
}

/** The text was read as UTF-8; another encoding shows in its declaration and in replacement characters. */
function checkEncoding(xml: string, place: string): void {
  if (xml.includes('\0'))
    throw new InputError(`${place}: contains NUL characters, like UTF-16 read as UTF-8; save it as UTF-8`);
  const declared = /^\ufeff?<\?xml[^>]{0,200}?encoding\s{0,20}=\s{0,20}["']([\w.:-]{1,40})["']/.exec(
    xml,
  )?.[1];
  if (declared && !/^(utf-?8|us-ascii)$/i.test(declared) && xml.includes('\ufffd'))
    throw new InputError(`${place}: written in ${declared}; save it as UTF-8`);
}

const DOS_END = '\u001a';

/** Removes byte order marks and the like before the document, and the DOS end-of-file character. */
function withoutInvisibleEnds(xml: string): string {
  const document = xml.replace(/^[\ufeff\u200b\u2060]+/, '');
  const trimmed = document.trimEnd();
  return trimmed.endsWith(DOS_END) ? trimmed.slice(0, -1) : document;
}

/** A lone surrogate, possible in JSON, would swallow the next character. */
function wellFormed(xml: string): string {
  return xml.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** Builds the tree from the parser's events. */
class TreeReader extends SaxesParser {
  private readonly top: XmlNode[] = [];
  /** The open elements, with the line where each begins. */
  private readonly open: XmlElement[] = [];
  private readonly lines: number[] = [];
  /** Number of open elements in the current reference list, including the list. */
  private unread = 0;

  constructor(
    private readonly xml: string,
    private readonly place: string,
    private readonly firstLine: number,
  ) {
    super({ position: true });
    this.line = firstLine;
    this.ENTITIES = NAMED_CHARACTERS;
    this.on('opentag', ({ name, attributes }) => this.enter(name, attributes as Record<string, string>));
    this.on('closetag', () => this.leave());
    this.on('text', (text) => this.add(text));
    this.on('cdata', (text) => this.add(text));
  }

  read(): XmlNode[] {
    this.write(this.xml).close();
    return this.top;
  }

  private enter(written: string, attributes: Record<string, string>): void {
    const name = written.slice(written.indexOf(':') + 1);
    if (this.unread > 0) {
      this.unread++;
      if (name === 'ref') countOne(this.open[this.open.length - 1]);
      return;
    }
    if (this.open.length >= DEEPEST)
      throw this.flaw(`elements nested more than ${DEEPEST} deep`, 'check how the file was made');
    const element = { name, attributes, children: [] };
    this.add(element);
    this.open.push(element);
    this.lines.push(this.line);
    if (name === UNREAD) this.unread = 1;
  }

  private leave(): void {
    if (this.unread > 1) {
      this.unread--;
      return;
    }
    this.unread = 0;
    this.open.pop();
    this.lines.pop();
  }

  private add(node: XmlNode): void {
    if (this.unread > 0) return;
    const parent = this.open[this.open.length - 1];
    if (parent) parent.children.push(node);
    else if (typeof node !== 'string') this.top.push(node);
  }

  /** Called by the parser for each error: one that is not tolerated stops parsing. */
  override fail(message: string): this {
    if (FORGIVEN.has(message) && !this.isOpenValue(message)) return this;
    if (message === LATE_DECLARATION && this.top.length === 0 && this.open.length === 0) return this;
    const atEnd = message.startsWith('unclosed tag') || message.startsWith('unexpected end');
    if (message === 'disallowed character in entity name.' || (atEnd && this.hasBareAmpersand()))
      throw this.bareAmpersand();
    if (atEnd) throw this.truncated();
    const isBehindRoot = this.top.length > 0 && this.open.length === 0;
    if (message === 'documents may contain only one root.' || (message === LATE_DECLARATION && isBehindRoot))
      throw this.flaw(
        'a second document begins',
        'put the articles into separate files, or between <articles> and </articles>',
      );
    throw this.flaw(`not well-formed XML (${shortened(message)})`, 'get the file again');
  }

  /** A `<` in a value means that its closing quotation mark is missing; the text after it would be lost in the value. */
  private isOpenValue(message: string): boolean {
    return message === 'disallowed character.' && this.xml[this.position - 1] === '<';
  }

  /** Returns whether the parser is looking for the end of something that cannot be a reference. */
  private hasBareAmpersand(): boolean {
    const { entity } = this as unknown as { entity?: unknown };
    return typeof entity === 'string' && /[^\w#]/.test(entity);
  }

  /** The parser reads a reference up to the next `;`: the `&` is the first one after the last `;`. */
  private bareAmpersand(): InputError {
    const end = this.xml.lastIndexOf(';', this.position - 2);
    const upTo = this.xml.slice(0, this.xml.indexOf('&', end + 1));
    const line = this.firstLine + upTo.split('\n').length - 1;
    return this.flaw('an "&" that starts no reference (write it as "&amp;")', 'get the file again', line);
  }

  private truncated(): InputError {
    const element = this.open[this.open.length - 1];
    if (!element) return this.flaw('the file ends inside markup', 'get the file again');
    const opened = this.lines[this.lines.length - 1];
    const where = opened === this.line ? '' : `, which opens in line ${opened}`;
    const name = shortened(element.name);
    return this.flaw(`the file ends inside <${name}>${where}`, 'get the file again');
  }

  private flaw(what: string, mend: string, line = this.line): InputError {
    return new InputError(`${this.place} line ${line}: ${what}; ${mend}`);
  }
}

function countOne(list: XmlElement): void {
  const attributes = list.attributes as Record<string, string>;
  attributes.count = String(Number(attributes.count ?? 0) + 1);
}

/** A message may quote the document, which may be a single long tag. */
function shortened(message: string): string {
  const line = message.replace(/\s+/g, ' ').replace(/\.$/, '');
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
}

import { SaxesParser } from 'saxes';
import { kindOfContent, whyUnusable } from '../content';
import { InputError } from '../errors';
import { withoutDoctype } from './doctype';
import { NAMED_CHARACTERS } from './references';

/** An element: its name without prefix, and what is in it. */
export interface XmlElement {
  name: string;
  /** By their names as written: `xml:lang`, `ref-type`. */
  attributes: Readonly<Record<string, string>>;
  children: XmlNode[];
}

/** An element, or a piece of text with its references decoded. */
export type XmlNode = XmlElement | string;

// Of the 273 articles in the mirror none has more than 450,000 characters, 26,000 tags and attributes, 24 levels.
export const MOST_CHARACTERS = 10_000_000;
/** Every tag and every attribute is an object: the limit bounds the memory. */
const MOST_MARKUP = 1_000_000;
const DEEPEST = 256;
/** Much of an article's markup is its references. No reader wants more of them than their number. */
const UNREAD = 'ref-list';
/** Well-formed XML has none of these, real files do, and what is meant is plain. */
const FORGIVEN = new Set([
  'disallowed character.',
  'undefined entity.',
  'malformed character entity.',
  'malformed comment.',
  'the string "]]>" is disallowed in char data.',
]);
const LATE_DECLARATION = 'an XML declaration must be at the start of the document.';

/**
 * The top-level element of a document, in a list (empty for what has none). Runs in time linear in the length.
 *
 * A reference list has no children; its attribute `count` says how many `<ref>` there are in it. Entities that the internal
 * subset of the DOCTYPE declares are expanded within limits; nothing that it names is opened. A name that neither it nor
 * HTML nor JATS knows stays as it is written. An element's prefix is dropped: `<mml:math>` and `<math>` are the same.
 *
 * @param place opens the message of the error: the file, say
 * @throws InputError for what is not well-formed, not UTF-8, or beyond the limits of size and depth
 */
export function parseXml(xml: string, place: string): XmlNode[] {
  checkKind(xml, place);
  checkLength(xml, place);
  checkEncoding(xml, place);
  const body = withoutDoctype(wellFormed(withoutInvisibleEnds(xml)), place, MOST_CHARACTERS);
  checkMarkup(body, place);
  return new TreeReader(body, place).read();
}

/** Characters by which the kind of a content is told. */
const OPENING_CHARACTERS = 1_000;

/** For who gave the wrong file. What was read as UTF-8 and is none begins with a replacement character, or soon has one. */
function checkKind(xml: string, place: string): void {
  if (xml.trim() === '' && !xml.includes('\0'))
    throw new InputError(`${place}: is empty; get the file again`);
  const opening = xml.slice(0, OPENING_CHARACTERS);
  if (/^[^ -~\ufeff\ufffd]\ufffd/.test(opening))
    throw new InputError(`${place}: is a binary file (gzip, say); give the full text of an article`);
  const kind = kindOfContent(Buffer.from(opening));
  if (['json-object', 'json-array', 'bioc-json'].includes(kind))
    throw new InputError(`${place}: is JSON and no JATS XML; give the full text of an article`);
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

/** The text was read as UTF-8; what was written in another encoding shows it. */
function checkEncoding(xml: string, place: string): void {
  if (xml.includes('\0'))
    throw new InputError(`${place}: holds NUL characters, as UTF-16 read as UTF-8 does; save it as UTF-8`);
  const declared = /^\ufeff?<\?xml[^>]{0,200}?encoding\s{0,20}=\s{0,20}["']([\w.:-]{1,40})["']/.exec(
    xml,
  )?.[1];
  if (declared && !/^(utf-?8|us-ascii)$/i.test(declared) && xml.includes('\ufffd'))
    throw new InputError(`${place}: written in ${declared}; save it as UTF-8`);
}

const END_OF_DOS_FILE = '\x1a';

/** Byte order marks and the like before the document, and the sign by which DOS ends a file. */
function withoutInvisibleEnds(xml: string): string {
  const body = xml.replace(/^[\ufeff\u200b\u2060]+/, '');
  const end = body.trimEnd();
  return end.endsWith(END_OF_DOS_FILE) ? end.slice(0, -1) : body;
}

/** Half a surrogate pair, which JSON can hold, would take the next character with it. */
function wellFormed(xml: string): string {
  return Buffer.from(xml, 'utf8').toString('utf8');
}

/** Builds the tree from the parser's events. */
class TreeReader extends SaxesParser {
  private readonly top: XmlNode[] = [];
  /** The elements that are open, and in which line each begins. */
  private readonly open: XmlElement[] = [];
  private readonly lines: number[] = [];
  /** How many elements are open in the reference list at hand, itself included. */
  private unread = 0;

  constructor(
    private readonly xml: string,
    private readonly place: string,
  ) {
    super({ position: true });
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

  /** Called by the parser for each error that it finds: what is not forgiven ends the reading. */
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
        'put the articles into files of their own, or between <articles> and </articles>',
      );
    throw this.flaw(`not well-formed XML (${shortened(message)})`, 'get the file again');
  }

  /** A `<` in a value: its quotation mark has been forgotten, and what follows would be lost in it. */
  private isOpenValue(message: string): boolean {
    return message === 'disallowed character.' && this.xml[this.position - 1] === '<';
  }

  /** Whether the parser looks for the end of a reference that can be none. */
  private hasBareAmpersand(): boolean {
    const { entity } = this as unknown as { entity?: unknown };
    return typeof entity === 'string' && /[^\w#]/.test(entity);
  }

  /** A reference goes on to the next `;`: the `&` is the first behind the one before. */
  private bareAmpersand(): InputError {
    const end = this.xml.lastIndexOf(';', this.position - 2);
    const upTo = this.xml.slice(0, this.xml.indexOf('&', end + 1));
    const line = upTo.split('\n').length;
    return this.flaw('an "&" that begins no reference (it is written "&amp;")', 'get the file again', line);
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

/** A message may quote the document, which may be one long tag. */
function shortened(message: string): string {
  const line = message.replace(/\s+/g, ' ').replace(/\.$/, '');
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
}

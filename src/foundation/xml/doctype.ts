/**
 * The DOCTYPE of a document: its position, and the entities declared in its internal subset.
 *
 * Entities are expanded within limits: one that is external, refers to itself or exceeds `LONGEST_ENTITY` characters stays in the
 * text as a reference. No file or address is ever opened.
 */
import { InputError } from '../errors';

/** Journals declare characters and words. Anything longer is an attack or boilerplate. */
const LONGEST_ENTITY = 1_000;
const MOST_ENTITIES = 10_000;

/**
 * Returns the document without byte order mark and DOCTYPE, with entities expanded. Line breaks of the DOCTYPE are kept, so that
 * line numbers stay correct.
 *
 * @param longest maximum number of characters of the result
 * @throws InputError for an unclosed DOCTYPE, and if the expanded document is too long
 */
export function withoutDoctype(xml: string, place: string, longest: number): string {
  const first = xml.startsWith('\ufeff') ? 1 : 0;
  const doctype = findDoctype(xml);
  if (!doctype) return first ? xml.slice(first) : xml;
  if (doctype.end < 0) throw new InputError(`${place}: the DOCTYPE has no end; get the file again`);
  const head = xml.slice(first, doctype.start);
  const declaration = xml.slice(doctype.start, doctype.end);
  const body = xml.slice(doctype.end);
  const lines = declaration.replace(/[^\n]+/g, '');
  if (!declaration.includes('<!ENTITY')) return head + lines + body;
  const expanded = expand(body, textsOf(declaredEntities(declaration)), longest - head.length);
  if (expanded === undefined)
    throw new InputError(
      `${place}: more than ${longest} characters with its entities expanded; split the file`,
    );
  return head + lines + expanded;
}

/** Finds the DOCTYPE, after white space, comments and processing instructions; `end` is -1 if it is not closed. */
export function findDoctype(xml: string): { start: number; end: number } | undefined {
  const start = skipMisc(xml, xml.startsWith('\ufeff') ? 1 : 0);
  return DOCTYPE.test(xml.slice(start, start + 9)) ? { start, end: endOfDoctype(xml, start) } : undefined;
}

const DOCTYPE = /^<!DOCTYPE$/i;

/** Returns the name of the first element, without its prefix; undefined if there is none. */
export function rootElement(xml: string): string | undefined {
  const doctype = findDoctype(xml);
  if (doctype && doctype.end < 0) return undefined;
  const start = skipMisc(xml, doctype?.end ?? (xml.startsWith('\ufeff') ? 1 : 0));
  return ROOT.exec(xml.slice(start, start + 200))?.[1];
}

const ROOT = /^<(?:[^\s<>/:"'=!?]{1,100}:)?([\p{L}_][\p{L}\p{N}_.-]*)(?=[\s/>]|$)/u;

/** Returns the position after white space, comments and processing instructions; if one is not closed, its start. */
function skipMisc(xml: string, from: number): number {
  for (let place = from; ; ) {
    while (isSpace(xml[place])) place++;
    const end = xml.startsWith('<?', place) ? '?>' : xml.startsWith('<!--', place) ? '-->' : undefined;
    const found = end ? xml.indexOf(end, place) : -1;
    if (!end || found < 0) return place;
    place = found + end.length;
  }
}

/** Returns the position after the `>` of the DOCTYPE, outside quotes and the internal subset; -1 if there is none. */
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

/**
 * Returns the entities (`<!ENTITY name "text">`) of a DOCTYPE, the first of each name. Parameter and external entities are
 * excluded.
 */
function declaredEntities(doctype: string): Map<string, string> {
  const found = new Map<string, string>();
  for (let place = doctype.indexOf('['); place >= 0 && place < doctype.length; ) {
    if (doctype.startsWith('<!--', place)) place = behind(doctype, '-->', place);
    else if (doctype.startsWith('<?', place)) place = behind(doctype, '?>', place);
    else if (doctype.startsWith('<!ENTITY', place)) {
      const declaration = ENTITY.exec(doctype.slice(place, place + 300));
      if (declaration) {
        const [start, name, quote] = declaration;
        const end = doctype.indexOf(quote, place + start.length);
        if (end < 0) return found;
        if (!found.has(name) && found.size < MOST_ENTITIES)
          found.set(name, doctype.slice(place + start.length, end));
        place = end + 1;
      } else place += 8;
    } else if (doctype[place] === '"' || doctype[place] === "'")
      place = behind(doctype, doctype[place], place + 1);
    else place++;
  }
  return found;
}

/** Matches the start of a declaration, up to and including the quotation mark before its text. */
const ENTITY = /^<!ENTITY\s+([^\s%&;"'<>]{1,100})\s+(["'])/;

function behind(text: string, end: string, from: number): number {
  const found = text.indexOf(end, from);
  return found < 0 ? text.length : found + end.length;
}

/** Expands the entities inside each entity's text; omits those that must not be expanded. */
function textsOf(declared: ReadonlyMap<string, string>): Map<string, string> {
  const texts = new Map<string, string>();
  const refused = new Set<string>();
  const underWay = new Set<string>();
  const textOf = (name: string): string | undefined => {
    const written = declared.get(name);
    if (texts.has(name) || refused.has(name) || written === undefined) return texts.get(name);
    if (written.length > LONGEST_ENTITY || underWay.has(name) || underWay.size > 20) {
      refused.add(name);
      return undefined;
    }
    underWay.add(name);
    let text: string | undefined = '';
    let from = 0;
    for (const { 0: reference, 1: inner, index } of written.matchAll(REFERENCE)) {
      const replaced = declared.has(inner) ? textOf(inner) : reference;
      if (replaced === undefined || text.length + replaced.length > LONGEST_ENTITY) {
        text = undefined;
        break;
      }
      text += written.slice(from, index) + replaced;
      from = index + reference.length;
    }
    underWay.delete(name);
    if (text !== undefined) text += written.slice(from);
    if (text === undefined || text.length > LONGEST_ENTITY) refused.add(name);
    // A line break inside would shift line numbers.
    else texts.set(name, text.replace(/\s/g, ' '));
    return texts.get(name);
  };
  for (const name of declared.keys()) textOf(name);
  return texts;
}

const REFERENCE = /&([^\s%&;"'<>#][^\s%&;"'<>]{0,99});/g;
/** Start and end markers of sections in which `<` and `&` are plain text. */
export const OPAQUE = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
] as const;

/** Expands entities outside comments, CDATA sections and instructions; returns undefined if the text gets too long. */
function expand(body: string, texts: ReadonlyMap<string, string>, longest: number): string | undefined {
  if (texts.size === 0) return body;
  const pieces: string[] = [];
  let length = 0;
  for (let place = 0; place < body.length; ) {
    const [start, end] = nextOpaque(body, place);
    let piece = '';
    let from = place;
    for (const { 0: reference, 1: name, index } of body.slice(place, start).matchAll(REFERENCE)) {
      const text = texts.get(name);
      if (text === undefined) continue;
      piece += body.slice(from, place + index) + text;
      from = place + index + reference.length;
      if (length + piece.length > longest) return undefined;
    }
    piece += body.slice(from, end);
    length += piece.length;
    pieces.push(piece);
    place = end;
  }
  return length > longest ? undefined : pieces.join('');
}

/** Returns start and end of the next section in which references are plain text; both are the text's end if there is none. */
function nextOpaque(body: string, from: number): [number, number] {
  for (let start = body.indexOf('<', from); start >= 0; start = body.indexOf('<', start + 1)) {
    const kind = OPAQUE.find(([open]) => body.startsWith(open, start));
    if (kind) return [start, behind(body, kind[1], start + kind[0].length)];
  }
  return [body.length, body.length];
}

function isSpace(sign: string | undefined): boolean {
  return sign === ' ' || sign === '\n' || sign === '\r' || sign === '\t';
}

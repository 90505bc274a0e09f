/** Markup inside a sentence, and content read as one line: cells of tables, titles as names of sections. */
import type { XmlElement, XmlNode } from '../foundation';
import { isEnglish, languageOf } from './english';
import { ALTERNATIVES, ENDS_PARAGRAPH, FLOATS, INLINE, LEFT_OUT, ROWS, WHITE_SPACE } from './jats-elements';
import { RunningText } from './running-text';
import {
  besideCitation,
  type CitationStyle,
  isCitingReference,
  isSeparator,
  NUMBERS,
} from './superscript-citations';

/** Appends an inline element; `read` appends children that need no special treatment. */
export function appendInline(
  text: RunningText,
  element: XmlElement,
  read: (nodes: readonly XmlNode[]) => void,
): void {
  switch (element.name) {
    case 'math':
      text.append(symbolsOf(element.children));
      return;
    case 'sup':
      appendSuperscript(text, element, read);
      return;
    case 'xref':
      appendReference(text, element, read);
      return;
    case 'italic':
      text.inItalics++;
      read(element.children);
      text.inItalics--;
      return;
    default:
      read(element.children);
  }
}

function appendReference(
  text: RunningText,
  element: XmlElement,
  read: (nodes: readonly XmlNode[]) => void,
): void {
  if (!isCitingReference(element)) read(element.children);
  else if (isRaisedCitation(element)) text.cite();
  else
    for (const child of element.children)
      if (typeof child !== 'string' && child.name === 'sup') text.cite();
      else read([child]);
}

function appendSuperscript(
  text: RunningText,
  { children }: XmlElement,
  read: (nodes: readonly XmlNode[]) => void,
): void {
  const found = { before: '', behind: '', cites: false, isText: true };
  scan(children, found);
  if (found.cites) {
    const [before, behind] = besideCitation(found.before, found.behind);
    text.append(before);
    text.cite();
    text.append(behind);
    return;
  }
  const content = found.isText ? found.before.replace(/\s+/g, '') : '';
  if (content !== '' && isSeparator(content)) text.superscriptSeparator(found.before);
  else if (/^[()[\]]$/.test(content)) text.superscriptBracket(content);
  else if (NUMBERS.test(content)) text.superscriptNumber(found.before);
  else read(children);
}

/** The content of a superscript: the text on either side of its references to the bibliography. */
interface Superscript {
  before: string;
  behind: string;
  cites: boolean;
  /** False if it holds more than text in italics and the like, such as a reference to a footnote or a float. */
  isText: boolean;
}

function scan(nodes: readonly XmlNode[], found: Superscript): void {
  for (const node of nodes) {
    if (typeof node === 'string') {
      if (found.cites) found.behind += node;
      else found.before += node;
    } else if (isCitingReference(node)) found.cites = true;
    else if (!LEFT_OUT.has(node.name)) {
      if (!INLINE.has(node.name) || node.name === 'xref' || node.name === 'math') found.isText = false;
      scan(node.children, found);
    }
  }
}

/** A reference to the bibliography in superscript, by markup or by superscript digits. */
function isRaisedCitation(element: XmlElement): boolean {
  if (!isCitingReference(element)) return false;
  const outside = { text: '', superscript: false };
  const look = (nodes: readonly XmlNode[]): void => {
    for (const node of nodes) {
      if (typeof node === 'string') outside.text += node;
      else if (node.name === 'sup') outside.superscript = true;
      else look(node.children);
    }
  };
  look(element.children);
  if (outside.superscript) return /^[\s,;()[\]–—−‐‑-]*$/.test(outside.text);
  return /^[⁰¹²³⁴-⁹][⁰¹²³⁴-⁹⁻,;\s–—−‐‑-]*$/.test(outside.text);
}

/** The symbols of a formula in a row, its sources left out. */
function symbolsOf(nodes: readonly XmlNode[]): string {
  let symbols = '';
  for (const node of nodes)
    if (typeof node === 'string') symbols += node;
    else if (!LEFT_OUT.has(node.name)) symbols += symbolsOf(node.children);
  return symbols;
}

/** The first of several renderings that has text: English before other languages, tables and formulas before their textual form. */
export function oneOf(children: readonly XmlNode[]): XmlNode[] {
  const renderings = children.filter(
    (child): child is XmlElement => typeof child !== 'string' && !LEFT_OUT.has(child.name),
  );
  const rank = ({ name, attributes }: XmlElement) =>
    (name === 'textual-form' ? 2 : name === 'table' ? 0 : 1) - (isEnglish(languageOf(attributes)) ? 3 : 0);
  const ordered = [...renderings].sort((a, b) => rank(a) - rank(b));
  const chosen = ordered.find((rendering) => symbolsOf([rendering]).trim() !== '');
  return chosen ? [chosen] : [];
}

/** The content as one line: elements that would end a paragraph are white space. */
export function lineOf(nodes: readonly XmlNode[], style: CitationStyle): string {
  const text = new RunningText(style);
  const read = (inside: readonly XmlNode[]): void => {
    for (const node of inside) {
      if (typeof node === 'string') text.append(node);
      else readElement(node);
    }
  };
  const readElement = (element: XmlElement): void => {
    const { name, children } = element;
    if (LEFT_OUT.has(name)) return;
    if (INLINE.has(name)) appendInline(text, element, read);
    else if (WHITE_SPACE.has(name)) text.space();
    else if (ALTERNATIVES.has(name)) read(oneOf(children));
    else if (ENDS_PARAGRAPH.has(name) || ROWS.has(name) || FLOATS.has(name)) {
      text.space();
      read(children);
      text.space();
    } else {
      text.openPart();
      read(children);
      text.closePart();
    }
  };
  read(nodes);
  return text.take();
}

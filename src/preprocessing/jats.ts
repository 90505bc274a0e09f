/**
 * JATS XML (the format of Europe PMC's `fullTextXML`) to paragraphs of plain text.
 *
 * What is text: title, subtitle, abstracts of every kind and keywords; in the body, its appendices and floats section
 * titles, paragraphs, list items, quotations, boxed text, definitions, captions (of supplementary files too), table rows
 * and table footnotes, signatures; behind the body acknowledgements, notes (on funding, contributions, interests, data),
 * footnotes and lists of abbreviations. Of an article in another language what is in English (`english.ts`).
 * What is not: everything about the article (journal, authors, affiliations, notes in front, history, categories); licences
 * and copyright wherever they stand; references; titles and abstracts in a second language; reviews and answers printed
 * with the article; labels (`Fig. 1`, `2.1`), which are numbers and not prose; pictures, TeX sources of formulas, links to
 * files and the service's "Click here for additional data file."
 *
 * Inline markup (listed in `jats-elements.ts`) is removed: `CD4<sup>+</sup> T cells` is `CD4+ T cells`, a
 * formula is its symbols in a row. A citation number in superscript disappears with its markup: `HEK293<sup>12</sup> cells` is
 * `HEK293 cells` (`superscript-citations.ts` says which numbers cite); one in the line, `[12]`, is text. Any other element
 * separates words. Of alternatives one is read.
 * Runs of XML white space, of line and paragraph separators (U+0085, U+2028, U+2029) become one space. A displayed formula,
 * a line break and a figure inside a paragraph count as white space: the sentence continues after them (the figure's caption
 * follows the paragraph). A footnote inside a paragraph follows it too, and leaves no space. A list or quotation ends the
 * paragraph. A row of a table is a paragraph, with tabs between its cells; so is a definition:
 * `BAT⇥brown adipose tissue`.
 */
import { articleId, parseArticles, type XmlElement, type XmlNode } from '../foundation';
import { inEnglish } from './english';
import { appendInline, lineOf, oneOf } from './inline';
import {
  ALTERNATIVES,
  ALWAYS_SO_NAMED,
  ENDS_PARAGRAPH,
  FLOATS,
  FRONT,
  FRONT_DATA,
  FRONT_NOTES,
  INLINE,
  LEFT_OUT,
  ROWS,
  SECTIONS,
  WHITE_SPACE,
} from './jats-elements';
import { RunningText } from './running-text';
import { type CitationStyle, citationStyle, NO_BARE_NUMBERS } from './superscript-citations';

export interface Paragraph {
  /**
   * Titles of the sections around it, outermost first, joined by ` > `. What has no title of its own is called `Title`,
   * `Abstract`, `Keywords`, `Figure`, `Table`, `Box`, `Supplement`, `Acknowledgements`, `Notes`, `Footnotes` or
   * `Abbreviations`.
   */
  section: string;
  /** Its index in the article, from 0. */
  index: number;
  text: string;
}

/** One article of a document. */
export interface JatsArticle {
  /** `PMC123`, else `MED:123` (a PMID) or `PPR123` (a preprint), else the DOI; undefined if it has none. */
  id?: string;
  paragraphs: Paragraph[];
}

const SERVICE_LINK = /^\(?Click here for additional data file\.?\)?$/;

/**
 * Returns the paragraphs of a document in reading order; of a document with several articles, those of all.
 *
 * @param place prefix of error messages, such as the file
 * @throws InputError if it is not well-formed XML or has no `<article>`
 */
export function jatsToParagraphs(xml: string, place: string): Paragraph[] {
  const [first, ...others] = jatsArticles(xml, place);
  if (others.length === 0) return first.paragraphs;
  const all = [first, ...others].flatMap(({ paragraphs }) => paragraphs);
  return all.map((paragraph, index) => ({ ...paragraph, index }));
}

/**
 * Returns each article of a document separately: a set of articles (`pmc-articleset`, `articles`) has many. Split documents larger
 * than the reader's limits with `articlesOfSet` first.
 *
 * @throws InputError as `jatsToParagraphs` does, so at least one article is returned
 */
export function jatsArticles(xml: string, place: string): JatsArticle[] {
  return parseArticles(xml, place).map((article) => {
    const reader = new ParagraphReader(article);
    reader.read(inEnglish(article).children, '');
    reader.endParagraph('');
    return { id: articleId(article), paragraphs: reader.paragraphs };
  });
}

/** Returns the whole text that an article's offsets refer to: its paragraphs separated by empty lines. */
export function articleText(paragraphs: readonly Paragraph[]): string {
  return paragraphs.map((paragraph) => paragraph.text).join('\n\n');
}

/** Where each paragraph begins in `articleText`. */
export function paragraphStarts(paragraphs: readonly Paragraph[]): number[] {
  let next = 0;
  return paragraphs.map(({ text }) => {
    const start = next;
    next += text.length + '\n\n'.length;
    return start;
  });
}

/** Walks the tree and collects the text of the current paragraph. */
class ParagraphReader {
  readonly paragraphs: Paragraph[] = [];
  private readonly style: CitationStyle;
  private text: RunningText;
  private waiting: XmlElement[] = []; // floats and footnotes inside the current paragraph

  constructor(article: XmlElement) {
    this.style = new StyleOfArticle(article);
    this.text = new RunningText(this.style);
  }

  read(nodes: readonly XmlNode[], section: string): void {
    for (const node of nodes) {
      if (typeof node === 'string') this.text.append(node);
      else this.readElement(node, section);
    }
  }

  private readElement(element: XmlElement, section: string): void {
    const { name, children } = element;
    if (LEFT_OUT.has(name)) return;
    if (INLINE.has(name)) appendInline(this.text, element, (nodes) => this.read(nodes, section));
    else if (FRONT_DATA.has(name)) this.read(children.filter(isFrontText), section);
    else if (WHITE_SPACE.has(name)) this.text.space();
    else if (FLOATS.has(name)) {
      if (FLOATS.get(name)) this.text.space();
      this.waiting.push(element);
    } else if (ROWS.has(name)) this.readRow(children, section);
    else if (ENDS_PARAGRAPH.has(name)) {
      const within = SECTIONS.has(name) ? sectionPath(section, element, this.style) : section;
      this.endParagraph(section);
      this.read(name === 'front' ? children.filter(isNoFrontNote) : contentOf(element), within);
      this.endParagraph(within);
    } else if (ALTERNATIVES.has(name)) this.read(oneOf(children), section);
    else {
      this.text.openPart();
      this.read(children, section);
      this.text.closePart();
    }
  }

  /** A row is a paragraph: its cells, without blank ones, with tabs between them. */
  private readRow(cells: readonly XmlNode[], section: string): void {
    this.endParagraph(section);
    const texts = cells.map((cell) =>
      typeof cell === 'string' || LEFT_OUT.has(cell.name) ? '' : lineOf(cell.children, NO_BARE_NUMBERS),
    );
    this.add(section, texts.filter(Boolean).join('\t'));
  }

  endParagraph(section: string): void {
    this.add(section, this.text.take());
    if (this.waiting.length === 0) return;
    const floats = this.waiting;
    this.waiting = [];
    for (const { name, children } of floats) {
      const within = FLOATS.get(name) ?? section;
      this.read(children, within);
      this.endParagraph(within);
    }
  }

  private add(section: string, text: string): void {
    if (text && !SERVICE_LINK.test(text))
      this.paragraphs.push({ section, index: this.paragraphs.length, text });
  }
}

/** How the article cites, determined on first use. */
class StyleOfArticle implements CitationStyle {
  private found: CitationStyle | undefined;

  constructor(private readonly article: XmlElement) {}

  get bareNumbers(): boolean {
    this.found ??= citationStyle(this.article);
    return this.found.bareNumbers;
  }

  get references(): number {
    this.found ??= citationStyle(this.article);
    return this.found.references;
  }
}

function isFrontText(node: XmlNode): boolean {
  return typeof node !== 'string' && FRONT.has(node.name);
}

function isNoFrontNote(node: XmlNode): boolean {
  return typeof node === 'string' || !FRONT_NOTES.has(node.name);
}

/** The heads of the two columns of a definition list are a row too. */
function contentOf({ name, children }: XmlElement): XmlNode[] {
  if (name !== 'def-list') return children;
  const isHead = (node: XmlNode) =>
    typeof node !== 'string' && (node.name === 'term-head' || node.name === 'def-head');
  const first = children.findIndex(isHead);
  if (first < 0) return children;
  const heads: XmlElement = { name: 'def-item', attributes: {}, children: children.filter(isHead) };
  return [...children.slice(0, first), heads, ...children.slice(first).filter((node) => !isHead(node))];
}

/** Every paragraph has the names of all enclosing sections. Longer titles are running text marked up as a title, and are cut. */
const LONGEST_SECTION_NAME = 300;

/** The names of the enclosing sections, then the section's own, if it has one. */
function sectionPath(around: string, { name, children }: XmlElement, style: CitationStyle): string {
  const title = children.find(
    (child): child is XmlElement => typeof child !== 'string' && child.name === 'title',
  );
  const own = title && !ALWAYS_SO_NAMED.has(name) ? lineOf(title.children, style) : '';
  const called =
    own.length > LONGEST_SECTION_NAME
      ? `${own.slice(0, LONGEST_SECTION_NAME).replace(/[\ud800-\udbff]$/, '')}…`
      : own;
  return [around, called || SECTIONS.get(name)].filter(Boolean).join(' > ');
}

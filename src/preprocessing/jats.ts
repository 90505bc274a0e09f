/**
 * JATS XML (the format of Europe PMC's `fullTextXML`) to paragraphs of plain text.
 *
 * What is text: title, subtitle, abstracts of every kind and keywords; in the body, its appendices and floats section
 * titles, paragraphs, list items, quotations, boxed text, definitions, captions (of supplementary files too), table rows
 * and table footnotes; behind the body acknowledgements, notes (on funding, contributions, interests, data), footnotes
 * and lists of abbreviations.
 * What is not: everything about the article (journal, authors, affiliations, notes on authors, licence, history,
 * categories); references; titles and abstracts in a second language; reviews and answers printed with the article;
 * labels (`Fig. 1`, `2.1`), which are numbers and not prose; pictures, TeX sources of formulas, links to files and the
 * service's "Click here for additional data file."
 *
 * Inline markup disappears without a trace: `CD4<sup>+</sup> T cells` is `CD4+ T cells`, a citation
 * `<sup><xref>12</xref></sup>` is `12`, a formula is its symbols in a row. Runs of XML white space become one space; no
 * other is added. A displayed formula, a line break and a figure inside a paragraph count as white space: the sentence
 * goes on behind them (the figure's caption follows the paragraph). A footnote inside a paragraph follows it too, and
 * leaves no space. A list or quotation ends the paragraph.
 * A row of a table is a paragraph, with tabs between its cells; so is a definition: `BAT⇥brown adipose tissue`.
 */
import { articleId, parseArticles, type XmlElement, type XmlNode } from '../foundation';

export interface Paragraph {
  /**
   * Titles of the sections around it, outermost first, joined by ` > `. What has no title of its own is called `Title`,
   * `Abstract`, `Keywords`, `Figure`, `Table`, `Box`, `Supplement`, `Acknowledgements`, `Notes`, `Footnotes` or
   * `Abbreviations`.
   */
  section: string;
  /** Its place in the article, from 0. */
  index: number;
  text: string;
}

/** One article of a document. */
export interface JatsArticle {
  /** `PMC123`, else `MED:123` (a PMID) or `PPR123` (a preprint), else the DOI; undefined where it states none. */
  id?: string;
  paragraphs: Paragraph[];
}

type Element = XmlElement;

const words = (list: string) => new Set(list.trim().split(/\s+/));

/** Of `article-meta` only these are text. */
const FRONT = words('title-group abstract kwd-group');
const LEFT_OUT = words(`
  journal-meta processing-meta alt-title trans-title-group trans-title trans-subtitle trans-abstract
  ref-list bio sub-article response sec-meta kwd-group-title
  label object-id graphic inline-graphic alt-text long-desc index-term related-article
  tex-math mml:annotation mml:annotation-xml annotation annotation-xml`);
/** Elements that stand beside the running text: their own paragraphs come after the one they are in. */
const FLOATS: Record<string, string | undefined> = {
  fig: 'Figure',
  'table-wrap': 'Table',
  'boxed-text': 'Box',
  'supplementary-material': 'Supplement',
};
const WHITE_SPACE = words('break hr disp-formula disp-formula-group chem-struct-wrap');
const ENDS_PARAGRAPH = words(`
  p title kwd list list-item def-list disp-quote attrib verse-group verse-line speech statement preformat code array
  caption table-wrap-foot sec body back front fig-group table-wrap-group floats-group floats-wrap app app-group
  glossary ack notes fn-group title-group abstract kwd-group subtitle`);
/** Elements whose children are the cells of one line. */
const ROWS = words('tr def-item');
/** Elements that are sections, with the name of those that mostly have no title. */
const SECTIONS: Record<string, string | undefined> = {
  sec: '',
  app: '',
  'title-group': 'Title',
  abstract: 'Abstract',
  'kwd-group': 'Keywords',
  ack: 'Acknowledgements',
  notes: 'Notes',
  'fn-group': 'Footnotes',
  glossary: 'Abbreviations',
};
/** Sections with a title of their own have that name, except these. */
const ALWAYS_SO_NAMED = words('title-group abstract kwd-group');
const SERVICE_LINK = /^\(?Click here for additional data file\.?\)?$/;

/**
 * The paragraphs of a document in reading order; of one that holds several articles those of all.
 *
 * @param place opens the message of an error: the file, say
 * @throws InputError for what is not well-formed XML or holds no `<article>`
 */
export function jatsToParagraphs(xml: string, place: string): Paragraph[] {
  const [first, ...others] = jatsArticles(xml, place);
  if (others.length === 0) return first.paragraphs;
  const all = [first, ...others].flatMap(({ paragraphs }) => paragraphs);
  return all.map((paragraph, index) => ({ ...paragraph, index }));
}

/**
 * Each article of a document by itself: a set of articles (`pmc-articleset`, `articles`) has many. What is larger than the
 * reader's limits is cut with `articlesOfSet` first.
 *
 * @throws InputError as `jatsToParagraphs` does: at least one article is given
 */
export function jatsArticles(xml: string, place: string): JatsArticle[] {
  return parseArticles(xml, place).map((article) => {
    const reader = new ParagraphReader();
    reader.read(article.children, '');
    reader.endParagraph('');
    return { id: articleId(article), paragraphs: reader.paragraphs };
  });
}

/** The whole text that an article's offsets refer to: its paragraphs with an empty line between them. */
export function articleText(paragraphs: readonly Paragraph[]): string {
  return paragraphs.map((paragraph) => paragraph.text).join('\n\n');
}

/** Walks the tree with the text of the paragraph at hand, which is what it owns. */
class ParagraphReader {
  readonly paragraphs: Paragraph[] = [];
  private text = '';
  private waiting: Element[] = []; // floats and footnotes met inside the paragraph at hand

  read(nodes: readonly XmlNode[], section: string): void {
    for (const node of nodes) {
      if (typeof node === 'string') this.text += node;
      else this.readElement(node, section);
    }
  }

  private readElement(element: Element, section: string): void {
    const { name, children } = element;
    if (LEFT_OUT.has(name)) return;
    if (name === 'article-meta') this.read(children.filter(isFrontText), section);
    else if (WHITE_SPACE.has(name)) this.text += ' ';
    else if (name in FLOATS || name === 'fn') {
      if (name !== 'fn') this.text += ' ';
      this.waiting.push(element);
    } else if (ROWS.has(name)) this.readRow(children, section);
    else if (ENDS_PARAGRAPH.has(name)) {
      const within = name in SECTIONS ? sectionPath(section, element) : section;
      this.endParagraph(section);
      this.read(children, within);
      this.endParagraph(within);
    } else this.read(children, section);
  }

  /** One row, one paragraph: its cells, blank ones left out, with a tab between them. */
  private readRow(cells: readonly XmlNode[], section: string): void {
    this.endParagraph(section);
    const texts = cells.map((cell) =>
      typeof cell === 'string' || LEFT_OUT.has(cell.name) ? '' : collapse(cellText(cell.children)),
    );
    this.add(section, texts.filter(Boolean).join('\t'));
  }

  endParagraph(section: string): void {
    this.add(section, collapse(this.text));
    this.text = '';
    const floats = this.waiting;
    this.waiting = [];
    for (const { name, children } of floats) {
      const within = FLOATS[name] ?? section;
      this.read(children, within);
      this.endParagraph(within);
    }
  }

  private add(section: string, text: string): void {
    if (text && !SERVICE_LINK.test(text))
      this.paragraphs.push({ section, index: this.paragraphs.length, text });
  }
}

function isFrontText(node: XmlNode): boolean {
  return typeof node !== 'string' && FRONT.has(node.name);
}

/** The section's name behind those around it; without one the section is its surroundings'. */
function sectionPath(around: string, { name, children }: Element): string {
  const title = children.find(
    (child): child is Element => typeof child !== 'string' && child.name === 'title',
  );
  const own = title && !ALWAYS_SO_NAMED.has(name) ? collapse(cellText(title.children)) : '';
  return [around, own || SECTIONS[name]].filter(Boolean).join(' > ');
}

/** Everything in it as one line: what would end a paragraph elsewhere is white space here. */
function cellText(nodes: readonly XmlNode[]): string {
  let text = '';
  for (const node of nodes) {
    if (typeof node === 'string') text += node;
    else if (LEFT_OUT.has(node.name)) continue;
    else if (ENDS_PARAGRAPH.has(node.name) || ROWS.has(node.name)) text += ` ${cellText(node.children)} `;
    else text += WHITE_SPACE.has(node.name) ? ' ' : cellText(node.children);
  }
  return text;
}

/** Only the white space of XML is collapsed: no-break and thin spaces inside are characters of the text. */
function collapse(text: string): string {
  return text.replace(/[ \t\r\n]+/g, ' ').trim();
}

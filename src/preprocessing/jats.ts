/**
 * JATS XML (the format of Europe PMC's `fullTextXML`) to paragraphs of plain text.
 *
 * What is text: title, abstracts and keywords; in the body and its appendices section titles, paragraphs, list items,
 * quotations, boxed text, definitions, captions, table rows and table footnotes; figures and tables that stand in a
 * group of their own at the end.
 * What is not: authors, affiliations, history, licence, footnotes on authors; acknowledgements, notes on funding and
 * contributions, references; abstracts in a second language; reviews and answers printed with the article; labels
 * (`Fig. 1`, `2.1`), which are numbers and not prose; pictures, TeX sources of formulas, links to files.
 *
 * Inline markup disappears without a trace: `CD4<sup>+</sup> T cells` is `CD4+ T cells`, a citation
 * `<sup><xref>12</xref></sup>` is `12`, a formula is its symbols in a row. Runs of XML white space become one space.
 * A displayed formula, a line break and a figure inside a paragraph count as white space: the sentence goes on behind
 * them (the figure's caption follows the paragraph). A list or quotation ends the paragraph.
 */
import { parseXml, type XmlNode } from './xml';

export interface Paragraph {
  /** Titles of the sections around it, outermost first, joined by ` > `; `Title`, `Abstract`, `Keywords`, `Figure`, `Table`. */
  section: string;
  /** Its place in the article, from 0. */
  index: number;
  text: string;
}

type Element = Exclude<XmlNode, string>;

const LEFT_OUT = new Set(
  `journal-meta contrib-group aff author-notes pub-date pub-history history permissions related-article
   article-id article-categories self-uri funding-group custom-meta-group counts alt-title trans-title-group
   trans-abstract ack notes ref-list fn-group bio sub-article response processing-meta
   label object-id graphic inline-graphic media tex-math alt-text long-desc index-term
   volume issue fpage lpage elocation-id conference isbn issn product
   sec-meta kwd-group-title attrib`.split(/\s+/),
);
/** Elements that stand beside the running text: their own paragraphs come after the one they are in. */
const FLOATS: Record<string, string | undefined> = {
  fig: 'Figure',
  'table-wrap': 'Table',
  'boxed-text': 'Box',
  'supplementary-material': 'Supplement',
};
const WHITE_SPACE = new Set(['break', 'hr', 'disp-formula', 'disp-formula-group', 'chem-struct-wrap']);
const ENDS_PARAGRAPH = new Set(
  `p title article-title subtitle kwd list list-item def-list def-item term def disp-quote verse-group speech statement
   preformat array caption tr table-wrap-foot fn abstract sec body back front floats-group app app-group glossary
   code fig-group table-wrap-group`.split(/\s+/),
);
const FRONT_SECTION: Record<string, string | undefined> = {
  'title-group': 'Title',
  abstract: 'Abstract',
  'kwd-group': 'Keywords',
};

/**
 * The paragraphs of an article in reading order.
 *
 * @param place opens the message of an error: the file, say
 * @throws InputError for what is not well-formed XML or holds no `<article>`
 */
export function jatsToParagraphs(xml: string, place: string): Paragraph[] {
  const reader = new ParagraphReader();
  reader.read(parseXml(xml, place), '');
  reader.endParagraph('');
  return reader.paragraphs;
}

/** The whole text that an article's offsets refer to: its paragraphs with an empty line between them. */
export function articleText(paragraphs: readonly Paragraph[]): string {
  return paragraphs.map((paragraph) => paragraph.text).join('\n\n');
}

/** Walks the tree with the text of the paragraph at hand, which is what it owns. */
class ParagraphReader {
  readonly paragraphs: Paragraph[] = [];
  private text = '';
  private waiting: Element[] = []; // floats met inside the paragraph at hand

  read(nodes: readonly XmlNode[], section: string): void {
    for (const node of nodes) {
      if (typeof node === 'string') this.text += node;
      else this.readElement(node, section);
    }
  }

  private readElement(element: Element, section: string): void {
    const { name, children } = element;
    if (LEFT_OUT.has(name)) return;
    if (WHITE_SPACE.has(name)) this.text += ' ';
    else if (name in FLOATS) {
      this.text += ' ';
      this.waiting.push(element);
    } else if (name === 'tr') this.readRow(children, section);
    else if (ENDS_PARAGRAPH.has(name) || name in FRONT_SECTION) {
      const within = FRONT_SECTION[name] ?? (isSection(name) ? sectionPath(section, children) : section);
      this.endParagraph(section);
      this.read(children, within);
      this.endParagraph(within);
    } else this.read(children, section);
  }

  /** One row, one paragraph: its cells, blank ones left out, with a tab between them. */
  private readRow(cells: readonly XmlNode[], section: string): void {
    this.endParagraph(section);
    const texts = cells.map((cell) => collapse(typeof cell === 'string' ? '' : cellText(cell.children)));
    this.add(section, texts.filter(Boolean).join('\t'));
  }

  endParagraph(section: string): void {
    this.add(section, collapse(this.text));
    this.text = '';
    const floats = this.waiting;
    this.waiting = [];
    for (const { name, children } of floats) {
      const within = FLOATS[name] as string;
      this.read(children, within);
      this.endParagraph(within);
    }
  }

  private add(section: string, text: string): void {
    if (text) this.paragraphs.push({ section, index: this.paragraphs.length, text });
  }
}

function isSection(name: string): boolean {
  return name === 'sec' || name === 'app' || name === 'glossary';
}

/** The section's title behind those around it; without a title the section is its surroundings'. */
function sectionPath(around: string, children: readonly XmlNode[]): string {
  const title = children.find(
    (child): child is Element => typeof child !== 'string' && child.name === 'title',
  );
  const text = title ? collapse(cellText(title.children)) : '';
  return [around, text].filter(Boolean).join(' > ');
}

/** Everything in it as one line: what would end a paragraph elsewhere is white space here. */
function cellText(nodes: readonly XmlNode[]): string {
  let text = '';
  for (const node of nodes) {
    if (typeof node === 'string') text += node;
    else if (LEFT_OUT.has(node.name)) continue;
    else if (ENDS_PARAGRAPH.has(node.name)) text += ` ${cellText(node.children)} `;
    else text += WHITE_SPACE.has(node.name) ? ' ' : cellText(node.children);
  }
  return text;
}

/** Only the white space of XML is collapsed: no-break and thin spaces inside are characters of the text. */
function collapse(text: string): string {
  return text.replace(/[ \t\r\n]+/g, ' ').trim();
}

/**
 * The roles of JATS elements (and those of its predecessors, NLM 2 and 3) in running text.
 *
 * An element that is in none of these lists separates words, as the parts of a name or a date do, and is otherwise transparent. Names
 * have no prefix: `mml:math` is `math`, `oasis:row` is `row`.
 */
const words = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/));

/** The only parts of `article-meta` (and of the `front-stub` of a translation) that are text. */
export const FRONT = words('title-group abstract kwd-group');
export const FRONT_DATA = words('article-meta front-stub');
/** Beside these in `front`, and left out: notes of the publisher and about the authors. */
export const FRONT_NOTES = words('notes fn-group bio');

/** Elements that are left out with their content. */
export const LEFT_OUT = words(`
  journal-meta processing-meta sec-meta article-categories contrib-group author-notes author-comment aff aff-alternatives
  history pub-history pub-date funding-group support-group custom-meta-group custom-meta-wrap counts conference
  article-id self-uri elocation-id object-id related-article related-object
  permissions copyright-statement copyright-year copyright-holder license license-p license_ref free_to_read
  alt-title trans-title-group trans-title trans-subtitle trans-abstract
  ref-list bio sub-article response kwd-group-title
  label graphic inline-graphic alt-text long-desc index-term index-term-range-end glyph-data glyph-ref rt rp
  tex-math annotation annotation-xml`);

/** Markup inside a sentence: it neither separates words nor ends anything. */
export const INLINE = words(`
  bold italic monospace overline underline strike roman sans-serif sc sub sup fixed-case styled-content named-content
  overline-start overline-end underline-start underline-end milestone-start milestone-end ruby rb x
  xref target email ext-link uri inline-supplementary-material inline-media abbrev award-id funding-source open-access
  inline-formula private-char chem-struct textual-form math mrow mi mn mo ms mtext mstyle msub msup msubsup
  b i u s em strong small big span a tt`);

/** Elements beside the running text, with the name of their section. Their paragraphs follow the one that they are in. */
export const FLOATS: ReadonlyMap<string, string | undefined> = new Map([
  ['fig', 'Figure'],
  ['table-wrap', 'Table'],
  ['boxed-text', 'Box'],
  ['supplementary-material', 'Supplement'],
  ['chem-struct-wrap', 'Figure'],
  ['chem-struct-wrapper', 'Figure'],
  // These leave no space and belong to the surrounding section.
  ['fn', undefined],
  ['def', undefined],
]);

export const WHITE_SPACE = words('break br hr disp-formula disp-formula-group');

export const ENDS_PARAGRAPH = words(`
  p title kwd nested-kwd unstructured-kwd-group list list-item def-list disp-quote attrib verse-group verse-line speech
  statement question question-wrap question-wrap-group question-preamble answer answer-set option explanation
  preformat code array table caption table-wrap-foot sig-block sig sec body back front fig-group table-wrap-group
  floats-group floats-wrap app app-group glossary ack notes fn-group title-group abstract kwd-group subtitle`);

/** Elements whose children are the cells of one line: rows of tables (XHTML and OASIS), definitions, compound keywords. */
export const ROWS = words('tr row def-item compound-kwd');

/** Alternative renderings, of which one is read. */
export const ALTERNATIVES = words(`
  alternatives block-alternatives citation-alternatives collab-alternatives name-alternatives`);

/** Elements that are sections, with a name for those that mostly have no title. */
export const SECTIONS: ReadonlyMap<string, string> = new Map([
  ['sec', ''],
  ['app', ''],
  ['title-group', 'Title'],
  ['abstract', 'Abstract'],
  ['kwd-group', 'Keywords'],
  ['ack', 'Acknowledgements'],
  ['notes', 'Notes'],
  ['fn-group', 'Footnotes'],
  ['glossary', 'Abbreviations'],
]);
/** Sections that have the name above even if they have a title. */
export const ALWAYS_SO_NAMED = words('title-group abstract kwd-group');

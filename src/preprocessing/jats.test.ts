import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { mirrorFolder } from '../foundation';
import { articleText, jatsArticles, jatsToParagraphs } from './jats';

const read = (xml: string) => jatsToParagraphs(xml, 'x.xml').map(({ section, text }) => [section, text]);
const body = (inside: string) => read(`<article><body>${inside}</body></article>`);

test('inline markup neither adds nor removes a space', () => {
  assert.deepEqual(
    body(
      '<p>CD4<sup>+</sup> <italic>T</italic>\n   cells<sup><xref rid="b">1</xref>,2</sup>.<bold> H</bold><sub>2</sub>O </p>',
    ),
    [['', 'CD4+ T cells. H2O']],
  );
});

test('no-break and thin spaces are kept', () => {
  assert.deepEqual(body('<p>5\u00a0µM, 10\u2009000</p>'), [['', '5\u00a0µM, 10\u2009000']]);
});

test('front matter: title, abstracts and keywords, no authors', () => {
  const front = `<front><journal-meta><journal-title>J</journal-title></journal-meta><article-meta>
    <article-id>7</article-id><title-group><article-title>A <italic>b</italic></article-title><alt-title>no</alt-title></title-group>
    <contrib-group><contrib><name><surname>No</surname></name></contrib></contrib-group>
    <abstract><sec><title>Aim</title><p>One.</p></sec></abstract><trans-abstract><p>Non.</p></trans-abstract>
    <kwd-group><title>Key</title><kwd>k1</kwd><kwd>k2</kwd></kwd-group></article-meta></front>`;
  assert.deepEqual(read(`<article>${front}</article>`), [
    ['Title', 'A b'],
    ['Abstract > Aim', 'Aim'],
    ['Abstract > Aim', 'One.'],
    ['Keywords', 'Key'],
    ['Keywords', 'k1'],
    ['Keywords', 'k2'],
  ]);
});

test('sections nest; a section without a title belongs to its surroundings', () => {
  const xml =
    '<sec><label>1</label><title>Results</title><p>a</p><sec><title>Cells</title><p>b</p></sec><sec><p>c</p></sec></sec><p>d</p>';
  assert.deepEqual(body(xml), [
    ['Results', 'Results'],
    ['Results', 'a'],
    ['Results > Cells', 'Cells'],
    ['Results > Cells', 'b'],
    ['Results', 'c'],
    ['', 'd'],
  ]);
});

test('a figure inside a paragraph does not break its sentence', () => {
  const figure = '<fig><label>Fig. 1</label><caption><title>T.</title><p>C.</p></caption><graphic/></fig>';
  assert.deepEqual(body(`<p>Shown ${figure}below.</p>`), [
    ['', 'Shown below.'],
    ['Figure', 'T.'],
    ['Figure', 'C.'],
  ]);
});

test('a list ends the paragraph, a displayed formula does not', () => {
  assert.deepEqual(
    body(
      '<p>These: <list><list-item><label>1</label><p>one</p></list-item></list> and <disp-formula>E=m</disp-formula>where m</p>',
    ),
    [
      ['', 'These:'],
      ['', 'one'],
      ['', 'and where m'],
    ],
  );
});

test('a table gives its caption, one paragraph per row with tabs between cells, and its footnotes', () => {
  const table = `<table-wrap><label>T1</label><caption><p>Cap.</p></caption><table><thead><tr><th>A</th><th>B</th></tr></thead>
    <tbody><tr><td>x<break/>y</td><td/><td><p>1</p><p>2</p></td></tr></tbody></table>
    <table-wrap-foot><fn><p>Foot.</p></fn></table-wrap-foot></table-wrap>`;
  assert.deepEqual(body(table), [
    ['Table', 'Cap.'],
    ['Table', 'A\tB'],
    ['Table', 'x y\t1 2'],
    ['Table', 'Foot.'],
  ]);
});

test('formulas read as their symbols, once', () => {
  const math =
    '<alternatives><tex-math>\\alpha</tex-math><mml:math><mml:mi>α</mml:mi><mml:mo>=</mml:mo><mml:mn>2</mml:mn></mml:math></alternatives>';
  assert.deepEqual(body(`<p>with <inline-formula>${math}</inline-formula>.</p>`), [['', 'with α=2.']]);
});

test('back matter is text under its own name, references and reviews are not', () => {
  const back = `<back><ack><p>Thanks.</p></ack><ack><title>Funding</title><p>Money.</p></ack>
    <notes><sec><title>Data</title><p>On request.</p></sec></notes><fn-group><fn><label>*</label><p>Equal.</p></fn></fn-group>
    <app-group><app><title>App</title><p>yes</p></app></app-group>
    <ref-list><ref><mixed-citation>no</mixed-citation></ref></ref-list></back>`;
  const xml = `<article><body><p>a</p></body>${back}<sub-article><body><p>no</p></body></sub-article></article>`;
  assert.deepEqual(read(xml), [
    ['', 'a'],
    ['Acknowledgements', 'Thanks.'],
    ['Funding', 'Funding'],
    ['Funding', 'Money.'],
    ['Notes > Data', 'Data'],
    ['Notes > Data', 'On request.'],
    ['Footnotes', 'Equal.'],
    ['App', 'App'],
    ['App', 'yes'],
  ]);
});

test('of the article metadata only title, abstracts and keywords are text, also in older versions of JATS', () => {
  const meta = `<article-categories><subj-group><subject>no</subject></subj-group></article-categories>
    <title-group><article-title>A<fn><p>Presented before.</p></fn></article-title><subtitle>B</subtitle></title-group>
    <author-notes><fn><p>no</p></fn></author-notes><copyright-statement>no</copyright-statement><license><p>no</p></license>
    <abstract abstract-type="toc"><p>Teaser.</p></abstract><custom-meta-wrap><custom-meta><meta-value>no</meta-value></custom-meta></custom-meta-wrap>`;
  assert.deepEqual(read(`<article><front><article-meta>${meta}</article-meta></front></article>`), [
    ['Title', 'A'],
    ['Title', 'Presented before.'],
    ['Title', 'B'],
    ['Abstract', 'Teaser.'],
  ]);
});

test('a definition is one paragraph, a tab between term and meaning', () => {
  const list =
    '<def-list><def-item><term>BAT</term><def><p>brown <italic>adipose</italic> tissue</p></def></def-item><def-item><term>E</term><def><p>embryonic day</p></def></def-item></def-list>';
  assert.deepEqual(read(`<article><back><glossary>${list}</glossary></back></article>`), [
    ['Abbreviations', 'BAT\tbrown adipose tissue'],
    ['Abbreviations', 'E\tembryonic day'],
  ]);
});

test('a footnote inside a sentence follows its paragraph and leaves no space', () => {
  assert.deepEqual(body('<sec><title>S</title><p>Cells<fn><p>From mice.</p></fn>, and more.</p></sec>'), [
    ['S', 'S'],
    ['S', 'Cells, and more.'],
    ['S', 'From mice.'],
  ]);
});

test('captions of supplementary files are text, the service’s link to the file is not', () => {
  const file =
    '<supplementary-material><label>File 1</label><caption><p>Primers.</p></caption><media><caption><p>Click here for additional data file.</p></caption></media></supplementary-material>';
  assert.deepEqual(body(file), [['Supplement', 'Primers.']]);
});

test('citations, links, named and styled content in a sentence are read as text', () => {
  assert.deepEqual(
    body(
      '<p>See <mixed-citation><article-title>On cells</article-title>, 2001</mixed-citation>, <ext-link>example.org</ext-link>; <styled-content>MP</styled-content>, <named-content>x</named-content>-<sc>d</sc>.</p>',
    ),
    [['', 'See On cells, 2001, example.org; MP, x-d.']],
  );
});

test('boxed text, quotations and titles of lists are separate paragraphs', () => {
  const xml =
    '<p>a <boxed-text><caption><title>Box</title></caption><p>b</p></boxed-text>c</p><disp-quote><p>d</p><attrib>e</attrib></disp-quote><list><title>f</title><list-item><p>g</p></list-item></list>';
  assert.deepEqual(body(xml), [
    ['', 'a c'],
    ['Box', 'Box'],
    ['Box', 'b'],
    ['', 'd'],
    ['', 'e'],
    ['', 'f'],
    ['', 'g'],
  ]);
});

test('a TeX annotation inside a formula is left out with the rest of TeX', () => {
  const math =
    '<mml:math><mml:semantics><mml:mi>x</mml:mi><mml:annotation encoding="TeX">\\x</mml:annotation></mml:semantics></mml:math>';
  assert.deepEqual(body(`<p>at ${math}.</p>`), [['', 'at x.']]);
});

test('an article is found inside wrapping elements; a document without one is refused', () => {
  assert.deepEqual(read('<record><metadata><article><body><p>a</p></body></article></metadata></record>'), [
    ['', 'a'],
  ]);
  assert.throws(
    () => read('<html><p>a</p></html>'),
    /^InputError: x\.xml: is HTML; give the article as JATS XML/,
  );
  assert.throws(
    () => read('<book><p>a</p></book>'),
    /^InputError: x\.xml: contains no <article> \(its root is <book>\)/,
  );
});

test('an article without text has no paragraphs', () => {
  assert.deepEqual(read('<article><front/></article>'), []);
});

test('the whole text is the paragraphs separated by empty lines', () => {
  assert.equal(
    articleText(jatsToParagraphs('<article><body><p>a</p><p>b</p></body></article>', 'x')),
    'a\n\nb',
  );
});

test('namespace prefixes of elements are ignored', () => {
  const xml = `<j:article xmlns:j="x"><j:body><j:p>HeLa<j:sup>a</j:sup> <j:inline-formula><j:tex-math>\\x</j:tex-math><m:math><m:mi>x</m:mi><m:annotation>\\x</m:annotation></m:math></j:inline-formula></j:p></j:body></j:article>`;
  assert.deepEqual(read(xml), [['', 'HeLaa x']]);
});

test('OASIS tables are read like XHTML tables', () => {
  const row = (...cells: string[]) =>
    `<oasis:row>${cells.map((cell) => `<oasis:entry>${cell}</oasis:entry>`).join('')}</oasis:row>`;
  const table = `<oasis:table><oasis:tgroup cols="2"><oasis:colspec/><oasis:thead>${row('Line', 'Tissue')}</oasis:thead><oasis:tbody>${row('HeLa', 'cervix')}</oasis:tbody></oasis:tgroup></oasis:table>`;
  assert.deepEqual(body(`<table-wrap>${table}</table-wrap>`), [
    ['Table', 'Line\tTissue'],
    ['Table', 'HeLa\tcervix'],
  ]);
});

test('elements other than inline markup separate words', () => {
  const glued: Record<string, string[]> = {
    '<p>HeLa<unknown>cells</unknown>grow</p>': ['HeLa cells grow'],
    '<sig-block><sig>J. Doe</sig><sig>A. Roe</sig></sig-block>': ['J. Doe', 'A. Roe'],
    '<p>by <name><surname>Doe</surname><given-names>J.</given-names></name>, <date><day>1</day><month>May</month></date>.</p>':
      ['by Doe J., 1 May.'],
    '<p>(<source>Cell</source> <year>2001</year>; <fpage>1</fpage>–<lpage>5</lpage>)</p>': [
      '(Cell 2001; 1–5)',
    ],
    '<def-list><title>T</title><term-head>Short form</term-head><def-head>Meaning</def-head><def-item><term>MEF</term><def><p>mouse</p></def></def-item></def-list>':
      ['T', 'Short form\tMeaning', 'MEF\tmouse'],
    '<table-wrap><table><tr><td><table><tr><td>x</td><td>y</td></tr></table></td><td><p>a</p><p>b</p></td></tr></table></table-wrap>':
      ['x y\ta b'],
    '<question-wrap><question><label>1</label><p>Why?</p></question><answer><p>So.</p></answer></question-wrap>':
      ['Why?', 'So.'],
    '<verse-group><verse-line>one</verse-line><verse-line>two</verse-line></verse-group>': ['one', 'two'],
    '<statement><title>Lemma</title><p>a</p></statement>': ['Lemma', 'a'],
    '<p>in <abbrev>BAT<def><p>brown fat</p></def></abbrev> cells</p>': ['in BAT cells', 'brown fat'],
    '<constructor>a</constructor><__proto__>b</__proto__><toString>c</toString>': ['a b c'],
  };
  for (const [xml, texts] of Object.entries(glued))
    assert.deepEqual(
      body(xml).map(([, text]) => text),
      texts,
      xml,
    );
  const keywords =
    '<front><article-meta><kwd-group><compound-kwd><compound-kwd-part>HeLa</compound-kwd-part><compound-kwd-part>cervix</compound-kwd-part></compound-kwd><nested-kwd><kwd>a</kwd><nested-kwd><kwd>b</kwd></nested-kwd></nested-kwd></kwd-group></article-meta></front>';
  assert.deepEqual(
    read(`<article>${keywords}</article>`).map(([, text]) => text),
    ['HeLa\tcervix', 'a', 'b'],
  );
});

test('inline markup of every kind does not split words', () => {
  for (const name of `bold italic monospace overline underline strike roman sans-serif sc sub sup fixed-case styled-content named-content
    xref target email ext-link uri abbrev inline-formula chem-struct milestone-start x`.split(/\s+/))
    assert.deepEqual(
      body(`<p>He<${name}>L</${name}>a<!-- c --> c<?pi?>ells<${name}/></p>`),
      [['', 'HeLa cells']],
      name,
    );
});

test('one of several alternatives is read', () => {
  const table = '<table><tr><td>HeLa</td><td>5</td></tr></table>';
  const of = (inside: string) => body(`<table-wrap><alternatives>${inside}</alternatives></table-wrap>`);
  assert.deepEqual(of(`<graphic/><textual-form>HeLa 5</textual-form>${table}`), [['Table', 'HeLa\t5']]);
  assert.deepEqual(of('<graphic/><textual-form>HeLa 5</textual-form>'), [['Table', 'HeLa 5']]);
  const formula =
    '<alternatives><inline-graphic/><textual-form>x2</textual-form><mml:math><mml:mi>x</mml:mi></mml:math></alternatives>';
  assert.deepEqual(body(`<p>a <inline-formula>${formula}</inline-formula> b</p>`), [['', 'a x b']]);
});

test('the English one of alternatives in several languages is read', () => {
  assert.deepEqual(
    body(
      '<block-alternatives><p xml:lang="fr">cellules</p><p xml:lang="en">cells</p></block-alternatives><p>by <collab-alternatives><collab xml:lang="zh">x</collab><collab xml:lang="en">Y</collab></collab-alternatives></p>',
    ),
    [
      ['', 'cells'],
      ['', 'by Y'],
    ],
  );
});

test('a chemical structure leaves a space, its caption is text', () => {
  assert.deepEqual(
    body(
      '<p>of<chem-struct-wrap><chem-struct><graphic/></chem-struct><caption><p>Taxol.</p></caption></chem-struct-wrap>cells</p>',
    ),
    [
      ['', 'of cells'],
      ['Figure', 'Taxol.'],
    ],
  );
});

test('licences and publishers are left out everywhere', () => {
  const permissions =
    '<permissions><copyright-statement>© Acme</copyright-statement><copyright-holder>Acme</copyright-holder><license><license-p>CC BY</license-p></license></permissions>';
  const figure = `<fig><caption><p>Cells.</p></caption>${permissions}</fig>`;
  const table = `<table-wrap><caption><p>Lines.</p></caption>${permissions}</table-wrap>`;
  const box = `<boxed-text><sec-meta>${permissions}</sec-meta><p>Box.</p>${permissions}</boxed-text>`;
  assert.deepEqual(body(figure + table + box), [
    ['Figure', 'Cells.'],
    ['Table', 'Lines.'],
    ['Box', 'Box.'],
  ]);
  const front =
    '<front><article-meta><author-notes><fn><p>no</p></fn></author-notes><funding-group><funding-statement>no</funding-statement></funding-group></article-meta><notes><p>no</p></notes><fn-group><fn><p>no</p></fn></fn-group><glossary><p>MEF</p></glossary></front>';
  assert.deepEqual(read(`<article>${front}</article>`), [['Abbreviations', 'MEF']]);
});

test('line and paragraph separators separate words, other spaces are kept', () => {
  assert.deepEqual(
    body('<p>HeLa\u0085cells\u2028in\u2029the\u000bliver&#x85;&#x2028;of\u00a0mice\u3000</p>'),
    [['', 'HeLa cells in the liver of\u00a0mice']],
  );
});

test('an overlong section title is cut in section names', () => {
  const [[title, text], [section]] = body(`<sec><title>${'x'.repeat(1_000)}</title><p>a</p></sec>`);
  assert.equal(text.length, 1_000);
  assert.equal(title, section);
  assert.equal(section, `${'x'.repeat(300)}…`);
});

test('documents with very many parts of one kind are read in linear time', () => {
  const start = performance.now();
  const front = (inside: string) =>
    `<article><front><article-meta>${inside.repeat(20_000)}</article-meta></front></article>`;
  for (const xml of [
    front('<abstract xml:lang="en"><p>a</p></abstract>'),
    front('<kwd-group xml:lang="en"><kwd>a</kwd></kwd-group><kwd-group xml:lang="fr"/>'),
    front('<article-id pub-id-type="x">1</article-id>'),
    `<article>${'<sub-article article-type="translation"/>'.repeat(20_000)}</article>`,
    `<article><body><p>${'<fn>a</fn><unknown/>b'.repeat(20_000)}</p></body></article>`,
    `<article><body><p><alternatives>${'<unknown/>'.repeat(20_000)}</alternatives></p></body></article>`,
    `<article><body>${`<sec><title>${'t'.repeat(10_000)}</title><p>a</p>`.repeat(200)}${'</sec>'.repeat(200)}</body></article>`,
    `<article><body>${'<sec><title>'.repeat(100)}${'x'.repeat(100_000)}${'</title></sec>'.repeat(100)}</body></article>`,
  ])
    read(xml);
  assert.ok(performance.now() - start < 20_000);
});

test('each article of a set comes with its id', () => {
  const article = (ids: string, text: string) =>
    `<article><front><article-meta>${ids}</article-meta></front><body><p>${text}</p></body></article>`;
  const id = (type: string, value: string) => `<article-id pub-id-type="${type}">${value}</article-id>`;
  const sets: [string, string | undefined][] = [
    [id('pmid', '7') + id('pmcid', 'PMC1'), 'PMC1'],
    [id('pmc', ' 2 '), 'PMC2'],
    [id('pmcaid', '3') + id('doi', '10.1/x'), 'PMC3'],
    [id('pmcid-ver', 'PMC4.2'), 'PMC4'],
    [id('pmc', 'pmc5.1'), 'PMC5'],
    [id('pmid', '6') + id('doi', '10.1/x'), 'MED:6'],
    [id('archive', 'PPR7'), 'PPR7'],
    [id('doi', 'https://doi.org/10.1/x') + id('publisher-id', 'a'), '10.1/x'],
    [id('publisher-id', 'a'), undefined],
  ];
  const xml = `<pmc-articleset>${sets.map(([ids], n) => article(ids, `T${n}`)).join('')}</pmc-articleset>`;
  const found = jatsArticles(xml, 'x.xml');
  assert.deepEqual(
    found.map(({ id, paragraphs }) => [id, paragraphs]),
    sets.map(([, expected], n) => [expected, [{ section: '', index: 0, text: `T${n}` }]]),
  );
  assert.deepEqual(
    jatsToParagraphs(xml, 'x.xml').map(({ index, text }) => `${index} ${text}`),
    sets.map((_, n) => `${n} T${n}`),
  );
});

const mirror = mirrorFolder();
test('every article of the mirror reads', { skip: mirror ? false : 'needs FALCONFRAMES_MIRROR' }, () => {
  const folders = [join(mirror!, 'europepmc', 'fulltext'), join(mirror!, 'craft', 'nxml')];
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  assert.equal(files.length, 206 + 67);
  const before = process.memoryUsage().rss;
  for (const file of files) {
    const paragraphs = jatsToParagraphs(readFileSync(file, 'utf8'), file);
    assert.ok(articleText(paragraphs).length > 500, file);
    for (const { text } of paragraphs)
      assert.doesNotMatch(text, /^\s|\s$| {2}|<\/?(italic|sup|xref)\b/, file);
  }
  // Articles are not kept in memory.
  assert.ok(process.memoryUsage().rss - before < 500e6);
});

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { mirrorFolder } from '../foundation';
import { articleText, jatsToParagraphs } from './jats';

const read = (xml: string) => jatsToParagraphs(xml, 'x.xml').map(({ section, text }) => [section, text]);
const body = (inside: string) => read(`<article><body>${inside}</body></article>`);

test('inline markup neither adds nor takes away a space', () => {
  assert.deepEqual(
    body(
      '<p>CD4<sup>+</sup> <italic>T</italic>\n   cells<sup><xref rid="b">1</xref>,2</sup>.<bold> H</bold><sub>2</sub>O </p>',
    ),
    [['', 'CD4+ T cells1,2. H2O']],
  );
});

test('no-break and thin spaces stay', () => {
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

test('a table gives its caption, a paragraph a row with tabs between cells, and its footnotes', () => {
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

test('of the article’s own data only title, abstracts and keywords are text, in the old forms of it too', () => {
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

test('a citation, a link, a named or a styled piece in a sentence is just its text', () => {
  assert.deepEqual(
    body(
      '<p>See <mixed-citation><article-title>On cells</article-title>, 2001</mixed-citation>, <ext-link>example.org</ext-link>; <styled-content>MP</styled-content>, <named-content>x</named-content>-<sc>d</sc>.</p>',
    ),
    [['', 'See On cells, 2001, example.org; MP, x-d.']],
  );
});

test('boxed text and quotations have their own paragraphs, titles of lists too', () => {
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

test('an article is found in what wraps it; without one there is an error', () => {
  assert.deepEqual(read('<record><metadata><article><body><p>a</p></body></article></metadata></record>'), [
    ['', 'a'],
  ]);
  assert.throws(() => read('<html><p>a</p></html>'), /^InputError: x\.xml: is no JATS XML but an HTML page/);
  assert.throws(
    () => read('<book><p>a</p></book>'),
    /^InputError: x\.xml: holds no <article> \(its root is <book>\)/,
  );
});

test('an article without text has no paragraphs', () => {
  assert.deepEqual(read('<article><front/></article>'), []);
});

test('the whole text is the paragraphs with an empty line between', () => {
  assert.equal(
    articleText(jatsToParagraphs('<article><body><p>a</p><p>b</p></body></article>', 'x')),
    'a\n\nb',
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
  // Nothing of an article is kept.
  assert.ok(process.memoryUsage().rss - before < 500e6);
});

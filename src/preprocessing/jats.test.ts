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

test('references, thanks and reviews are left out, appendices are not', () => {
  const back =
    '<back><ack><p>no</p></ack><app-group><app><title>App</title><p>yes</p></app></app-group><ref-list><ref><mixed-citation>no</mixed-citation></ref></ref-list></back>';
  const xml = `<article><body><p>a</p></body>${back}<sub-article><body><p>no</p></body></sub-article></article>`;
  assert.deepEqual(read(xml), [
    ['', 'a'],
    ['App', 'App'],
    ['App', 'yes'],
  ]);
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
  for (const file of files) {
    const paragraphs = jatsToParagraphs(readFileSync(file, 'utf8'), file);
    assert.ok(articleText(paragraphs).length > 500, file);
    for (const { text } of paragraphs)
      assert.doesNotMatch(text, /^\s|\s$| {2}|<\/?(italic|sup|xref)\b/, file);
  }
});

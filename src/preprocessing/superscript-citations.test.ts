import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jatsToParagraphs } from './jats';

const textOf = (inside: string, around = (p: string) => `<article><body>${p}</body></article>`) =>
  jatsToParagraphs(around(`<p>${inside}</p>`), 'x.xml')
    .map(({ text }) => text)
    .join('|');
const assertTexts = (texts: Record<string, string>) => {
  for (const [xml, text] of Object.entries(texts)) assert.equal(textOf(xml), text, xml);
};
const x = (number: number | string) => `<xref ref-type="bibr" rid="b${number}">${number}</xref>`;
const raised = (number: number) => `<xref ref-type="bibr" rid="b${number}"><sup>${number}</sup></xref>`;

test('a superscript reference to the bibliography is removed from the word', () => {
  assertTexts({
    [`HEK293<sup>${x(12)}</sup> cells`]: 'HEK293 cells',
    [`V600E${raised(3)} in`]: 'V600E in',
    [`cells<sup>${x(1)},${x(2)}</sup>.`]: 'cells.',
    [`cells<sup>${x(3)}–5</sup>, and`]: 'cells, and',
    [`cells<sup>1,${x(2)}</sup> and`]: 'cells and',
    [`cells<sup>[${x(5)}]</sup> and`]: 'cells and',
    [`cells<sup>${x(1)}</sup><sup>,</sup><sup>${x(2)}</sup>, and`]: 'cells, and',
    [`cells${raised(1)},${raised(2)} and`]: 'cells and',
    [`cells${raised(1)}–${raised(4)}, and`]: 'cells, and',
    [`cells${raised(1)}, and`]: 'cells, and',
    [`HeLa<sup>${x(1)}</sup>, HEK293<sup>${x(2)}</sup> and U2OS<sup>${x(3)}</sup> cells`]:
      'HeLa, HEK293 and U2OS cells',
    [`HeLa<sup>${x(1)}</sup>-derived`]: 'HeLa-derived',
    [`cells <sup>${x(1)}</sup>.`]: 'cells.',
    [`cells.<sup>${x(1)}</sup>The`]: 'cells. The',
    [`cells<sup>${x(1)} </sup>and`]: 'cells and',
    [`cells<sup><italic>${x(3)}</italic></sup> and`]: 'cells and',
    [`cells<sup>e.g. ${x(3)}</sup> and`]: 'cells and',
    'cells<xref ref-type="bibr">¹²</xref> and': 'cells and',
    'cells<sup><xref rid="b1">1</xref></sup> and': 'cells and',
  });
});

test('words, brackets and letters around superscript references are removed with them', () => {
  assertTexts({
    [`HeLa<sup>${x(1)} and ${x(2)}</sup> cells`]: 'HeLa cells',
    [`HeLa<sup>${x(1)}; see also ${x(2)}</sup> cells`]: 'HeLa cells',
    [`HeLa<sup>(for a review see ${x(1)})</sup> cells`]: 'HeLa cells',
    [`HeLa<sup>Ref. ${x(1)} and references therein</sup> cells`]: 'HeLa cells',
    [`HeLa<sup>${x('12a')},b</sup> cells`]: 'HeLa cells',
    [`HeLa<sup>(</sup>${raised(1)}<sup>)</sup> cells`]: 'HeLa cells',
    'HeLa<sup>(</sup>x': 'HeLa(x',
    [`HeLa<sup>${x(1)}not shown here</sup> cells`]: 'HeLa not shown here cells',
  });
});

test('other content in the superscript of a citation is kept', () => {
  assertTexts({
    [`Ca<sup>2+,${x(3)}</sup> in`]: 'Ca2+ in',
    [`s<sup>−1${x(5)}</sup> and`]: 's−1 and',
    [`cells<sup>${x(5)},*</sup> and`]: 'cells* and',
    [`CD4<sup>+</sup><sup>${x(5)}</sup> T`]: 'CD4+ T',
    [`CD4<sup>${x(5)}</sup><sup>−</sup> T`]: 'CD4− T',
  });
});

test('inline citations and footnote marks are text', () => {
  assertTexts({
    [`cells [${x(12)}]`]: 'cells [12]',
    [`as ${x('Smith 2000')} said`]: 'as Smith 2000 said',
    'cells<sup><xref ref-type="fn">1</xref></sup>': 'cells1',
    'cells<xref ref-type="table-fn"><sup>a</sup></xref>': 'cellsa',
  });
});

test('a bare number is removed only if it can only be a citation', () => {
  assertTexts({
    'HeLa cells<sup>1</sup>': 'HeLa cells',
    'HeLa<sup>12</sup> and': 'HeLa and',
    'HEK293<sup>12</sup> cells': 'HEK293 cells',
    'V600E<sup>3,4</sup> in': 'V600E in',
    'p53<sup>5, 6</sup>.': 'p53.',
    'cells.<sup>12–15</sup> The': 'cells. The',
    'Smith et al.<sup>3</sup> showed': 'Smith et al. showed',
    'cells<sup>12 </sup>were': 'cells were',
    'cells <sup>1</sup>.': 'cells.',
    'cells (CSCs)<sup>5</sup> and': 'cells (CSCs) and',
    'cells<sup>[12]</sup> and': 'cells and',
    'Matrigel™<sup>4</sup> and': 'Matrigel™ and',
    'cells<bold><sup>7</sup></bold>': 'cells',
    'MCF-7<sup>14</sup>, T-47D<sup>3</sup>, SK-BR-3<sup>4</sup> and U-87<sup>5</sup>.':
      'MCF-7, T-47D, SK-BR-3 and U-87.',
    'cells<sup>1</sup><sup>,</sup><sup>2</sup> were': 'cells were',
    'cells<sup>1</sup><sup>–</sup><sup>3</sup> were': 'cells were',
  });
});

test('charges, powers, isotopes, alleles and marks are never removed', () => {
  const kept: Record<string, string> = {};
  for (const written of `Ca^2+^ SO<sub>4</sub>^2−^ Fe^3+^ CD4^+^ Na^+^/K^+^ 10^6^ 1×10^6^ 1x10^6^ 2.5·10^12^ 4^2^ ^14^C ^3^H ^18^F-FDG
    [^35^S]methionine H<sub>2</sub>^18^O ^99m^Tc I^125^ Cr^51^ m^2^ cm^-2^ cm^2^ mm^3^ kg/m^2^ 1.73m^2^ R^2^ r^2^ χ^2^ x^2^
    cos^2^ (x+1)^2^ sp^3^ 1^st^ n^th^ ^1^/<sub>2</sub> BRAF^V600E^ Tg^2576^ w^1118^ <italic>dpp^4^</italic> HeLa^a^ HeLa^*^ HeLa^†^
    length×width^2^ weight/(height^2^)`.split(/\s+/)) {
    const xml = written.replace(/\^([^^]+)\^/g, '<sup>$1</sup>');
    kept[`of ${xml} and`] = `of ${xml.replace(/<[^>]+>/g, '')} and`;
  }
  assertTexts(kept);
  assertTexts({
    '<sup>1</sup> Values are means': '1 Values are means',
    'Thr<sup>308</sup> and serine<sup>473</sup>, Val<sup>600</sup>; delta<sup>9</sup>-THC':
      'Thr308 and serine473, Val600; delta9-THC',
    'SO<sub>4</sub><sup>2</sup>– and PO<sub>4</sub><sup>3</sup>−, Mg<sup>2</sup>⁺': 'SO42– and PO43−, Mg2⁺',
    'the <sup>1</sup> H spectrum': 'the 1 H spectrum',
  });
});

test('a bare number is not a citation if the article cites differently, in a table, or beyond the number of references', () => {
  const cell = 'HeLa<sup>1</sup> cells';
  const body = (more: string) => (p: string) => `<article><body>${p}${more}</body></article>`;
  assert.equal(textOf(cell, body(`<p>As in [${x(12)}].</p>`)), 'HeLa1 cells|As in [12].');
  assert.equal(textOf(cell, body(`<p>As in it<sup>${x(12)}</sup>.</p>`)), 'HeLa cells|As in it.');
  assert.equal(
    textOf(
      cell,
      () => `<article><table-wrap><table><tr><td>${cell}</td></tr></table></table-wrap></article>`,
    ),
    'HeLa1 cells',
  );
  const references = '<ref-list><ref/><ref/><ref/></ref-list>';
  const withReferences = (p: string) => `<article><body>${p}</body><back>${references}</back></article>`;
  assert.equal(textOf('HeLa<sup>3</sup> and HeLa<sup>4</sup>', withReferences), 'HeLa and HeLa4');
});

test('long runs of superscripts are processed in linear time', () => {
  const start = performance.now();
  for (const piece of [
    `<sup>${x(1)}</sup>,`,
    '<sup>1</sup>',
    '<sup>1</sup>, ',
    `a${raised(1)}`,
    '<sup>,</sup>',
    '<sup>1</sup><sup>,</sup>',
    '<sup>(</sup>',
  ])
    textOf(piece.repeat(80_000));
  textOf(`<sup>${'1,'.repeat(100_000)}</sup><sup>${'a'.repeat(100_000)}</sup>x`);
  textOf(`${'('.repeat(100_000)}<sup>1</sup>`);
  assert.ok(performance.now() - start < 20_000);
});

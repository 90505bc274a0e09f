import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Annotation } from '../collection';
import { TYPES } from '../collection/types.fixture';
import { projectRoot } from '../foundation';
import { anchorAnnotations } from './anchoring';
import { jatsToParagraphs, type Paragraph } from './jats';
import { normalizeText } from './normalization';

const paragraphsOf = (...texts: string[]): Paragraph[] =>
  texts.map((text, index) => ({ section: index === 0 ? 'Abstract' : 'Results', index, text }));
const annotation = (
  prefix: string,
  exact: string,
  postfix: string,
  more: Partial<Annotation> = {},
): Annotation => ({
  prefix,
  exact,
  postfix,
  tags: [],
  id: '',
  type: 'Cell',
  provider: 'P',
  ...more,
});
/** [paragraph, start, end] of each, or the reason. */
const place = (paragraphs: Paragraph[], ...annotations: Annotation[]) => {
  const { placed, unplaced } = anchorAnnotations(paragraphs, annotations, TYPES);
  return [
    ...placed.map(({ paragraph, span }) => [paragraph, span.start, span.end]),
    ...unplaced.map(({ reason }) => reason),
  ];
};

test('context picks among several occurrences', () => {
  const paragraphs = paragraphsOf('In mice, T cells divide. In man, T cells do not.');
  assert.deepEqual(place(paragraphs, annotation(' divide. In man, ', 'T cells', ' do not.')), [[0, 33, 40]]);
});

test('white space, dashes, compatibility forms and case do not matter, and offsets refer to the original text', () => {
  const text = 'We saw  5\u00a0µM of β–cells in the ﬁrst islet.';
  const paragraphs = paragraphsOf(text);
  const [at] = place(paragraphs, annotation('We saw 5 μM of ', 'β-cells', ' in the first islet.'));
  assert.equal(text.slice(at[1] as number, at[2] as number), 'β–cells');
  const [upper] = place(paragraphs, annotation('we saw 5 μM of ', 'Β-CELLS', ' in the first islet.'));
  assert.deepEqual(upper, at);
});

test('a context that is cut off by the end of the paragraph counts up to there', () => {
  const paragraphs = paragraphsOf('Macrophages', 'Macrophages were counted.');
  assert.deepEqual(place(paragraphs, annotation('ended. ', 'Macrophages', ' were counted.')), [[1, 0, 11]]);
});

test('equal contexts: as many annotations as places are assigned in order; with fewer annotations they stay unplaced', () => {
  const paragraphs = paragraphsOf('We saw mast cells there.', 'We saw mast cells there.');
  const one = annotation('We saw ', 'mast cells', ' there.');
  assert.deepEqual(place(paragraphs, one, { ...one }), [
    [0, 7, 17],
    [1, 7, 17],
  ]);
  assert.deepEqual(place(paragraphs, one), ['several places fit']);
  assert.deepEqual(place(paragraphs, { ...one, section: 'Results (http://purl.org/orb/Results)' }), [
    [1, 7, 17],
  ]);
});

test('unplaced annotations have a reason', () => {
  const paragraphs = paragraphsOf('The liver of the mouse.');
  assert.deepEqual(place(paragraphs, annotation('', ' ', '')), ['empty mention']);
  assert.deepEqual(place(paragraphs, annotation('', 'liver', '', { type: 'Diseases' })), ['other type']);
  assert.deepEqual(place(paragraphs, annotation('The ', 'spleen', ' of the')), ['text not found']);
  assert.deepEqual(place(paragraphs, annotation('grown from a human ', 'liver', ' biopsy at day seven')), [
    'context differs',
  ]);
});

test('a mention is not placed inside a longer word unless its whole context agrees', () => {
  const paragraphs = paragraphsOf('The preneurons of the cortex are many.');
  assert.deepEqual(place(paragraphs, annotation('These are ', 'neurons', ' of the cortex are')), [
    'context differs',
  ]);
  assert.deepEqual(place(paragraphs, annotation('The pre', 'neurons', ' of the cortex are m')), [[0, 7, 14]]);
});

test('a place that cuts a word is accepted only if the annotation’s context shows the cut', () => {
  const paragraphs = paragraphsOf('We examined agametic gonads from Kit W/W mice.');
  assert.deepEqual(place(paragraphs, annotation('We saw an a', 'gametic', ' gonads from KitW/W m')), [
    [0, 13, 20],
  ]);
  assert.deepEqual(place(paragraphs, annotation('', 'gonad', '')), ['context differs']);
  assert.deepEqual(place(paragraphs, annotation('', 'gonads', '')), [[0, 21, 27]]);
});

test('white space and punctuation of contexts may differ, as renderings do', () => {
  const paragraphs = paragraphsOf(
    'Not in Fgf9 −/− XY gonads [ 7 ]. Because.',
    'Terms',
    'BAT\tbrown adipose tissue',
    'ES\tembryonic stem',
  );
  assert.deepEqual(place(paragraphs, annotation('Not in Fgf9−/− XY ', 'gonads', ' [7]. Because.')), [
    [0, 19, 25],
  ]);
  const adipose = annotation('Terms\n\nBAT - ', 'brown adipose tissue', '\n\nES - embryonic');
  assert.deepEqual(place(paragraphs, adipose), [[2, 4, 24]]);
});

test('punctuation decides between places that letters and digits leave equal', () => {
  const paragraphs = paragraphsOf('In Wnt4+/+ gonads at 11 dpc. In Wnt4−/− gonads at 11 dpc.');
  assert.deepEqual(place(paragraphs, annotation('In Wnt4-/- ', 'gonads', ' at 11 dpc.')), [[0, 40, 46]]);
  assert.deepEqual(place(paragraphs, annotation('In Wnt4+/+ ', 'gonads', ' at 11 dpc.')), [[0, 11, 17]]);
});

test('a place is not preferred because its paragraph continues where another ends', () => {
  const paragraphs = paragraphsOf(
    'Seen in the posterior capsule. In mice.',
    'Seen in the posterior capsule.',
    'Cells.',
  );
  assert.deepEqual(
    place(paragraphs, annotation('Seen in the posterior ', 'capsule', '. Figure 2 Represent')),
    ['several places fit'],
  );
});

test('stripped contexts: the postfix may begin with the last words of the mention', () => {
  const paragraphs = paragraphsOf(
    'Sera of donors or patients with pancreatic cancer was 8-plex iTRAQ. Then pancreatic cancer patients.',
    'Changes in pancreatic cancer cell lines. Most red blood cells, among them.',
  );
  assert.deepEqual(
    place(paragraphs, annotation('or patients with', 'pancreatic cancer', 'cancer was 8-plex')),
    [[0, 32, 49]],
  );
  assert.deepEqual(place(paragraphs, annotation('Changes in', 'pancreatic cancer cell', 'cell lines.')), [
    [1, 11, 33],
  ]);
  assert.deepEqual(place(paragraphs, annotation('Most', 'red blood cells', 'blood cells, among')), [
    [1, 46, 61],
  ]);
  assert.deepEqual(place(paragraphs, annotation('', 'Sera', 'of donors or')), [[0, 0, 4]]);
});

test('a repetition is read as text if the provider keeps blanks and the text has it twice', () => {
  const paragraphs = paragraphsOf('We saw T cell cell cycles. We saw T cell cycles.');
  assert.deepEqual(place(paragraphs, annotation('We saw ', 'T cell', ' cell cycles.')), [[0, 7, 13]]);
  assert.deepEqual(place(paragraphs, annotation('We saw', 'T cell', 'cell cycles.')), [[0, 34, 40]]);
});

test('character references and tags in an annotation stand for what they mean', () => {
  const text = 'The CD4+ T cells < 5 and liver & kidney of β-cells; A&amp;B cells.';
  const paragraphs = paragraphsOf(text);
  const placed = (...parts: [string, string, string]) => {
    const [at] = place(paragraphs, annotation(...parts));
    return typeof at === 'string' ? at : text.slice(at[1] as number, at[2] as number);
  };
  assert.equal(placed('The ', 'CD4<sup>+</sup> T cells', ' &lt; 5 and'), 'CD4+ T cells');
  assert.equal(placed('The ', 'CD4&lt;sup&gt;+&lt;/sup&gt; T cells', ' &amp;lt; 5 and'), 'CD4+ T cells');
  assert.equal(placed('The ', 'CD4 + T cells', ' < 5 and'), 'CD4+ T cells');
  assert.equal(placed('s &lt; 5 and ', 'liver &amp; kidney', ' of &beta;-cells'), 'liver & kidney');
  assert.equal(placed('kidney of ', '&#x3b2;-cells', ';'), 'β-cells');
  assert.equal(placed('kidney of ', '&#946;<i class="x">-</i>cells', ';'), 'β-cells');
  assert.equal(placed('of β-cells; ', 'A&amp;B cells', '.'), 'A&amp;B cells');
});

test('a mention in a supplementary file is not placed in the article', () => {
  const paragraphs = paragraphsOf('The liver.');
  const supplement = annotation('', 'liver', '', { fileName: 'table_S1.xlsx' });
  assert.deepEqual(place(paragraphs, supplement), ['in a supplement']);
});

test('a place that is certain for another context is excluded', () => {
  const paragraphs = paragraphsOf(
    'Less than 100 RBCs in circulation.',
    'Less than 100 RBCs in circulation (top).',
  );
  const short = annotation('Less than 100', 'RBCs', 'in circulation');
  const long = annotation('Less than 100', 'RBCs', 'in circulation (top).');
  assert.deepEqual(place(paragraphs, short), ['several places fit']);
  assert.deepEqual(place(paragraphs, short, long), [
    [0, 14, 18],
    [1, 14, 18],
  ]);
  // Of another provider or class it may be the same place.
  assert.deepEqual(place(paragraphs, short, { ...long, provider: 'Q' }), [[1, 14, 18], 'several places fit']);
});

test('contradicting letters are no better than the end of the paragraph', () => {
  const paragraphs = paragraphsOf(
    'Seen in the mutant embryos (Fig. 4C).',
    'Seen in the mutant embryos.',
    'Next.',
  );
  const one = annotation('in the mutant', 'embryos', '. Figure 2');
  assert.deepEqual(place(paragraphs, one), ['several places fit']);
});

test('every mention with its context is placed on its original characters', () => {
  const word = fc.constantFrom(
    'T cell',
    'cell',
    'β',
    'µM',
    '𝑝',
    'é',
    'e\u0301',
    'ﬁ',
    '–',
    '\u00a0',
    ' ',
    '  ',
    '.',
    'liver',
    '+',
    '½',
  );
  const text = fc.array(word, { minLength: 1, maxLength: 60 }).map((words) => words.join('').trim());
  fc.assert(
    fc.property(
      fc.array(text, { minLength: 1, maxLength: 4 }),
      fc.nat(),
      fc.nat(),
      fc.integer({ min: 1, max: 12 }),
      (texts, which, from, length) => {
        const paragraphs = paragraphsOf(...texts);
        const { index, text } = paragraphs[which % texts.length];
        const characters = [...text];
        if (characters.length === 0) return;
        const first = from % characters.length;
        const start = characters.slice(0, first).join('').length;
        const exact = characters.slice(first, first + length).join('');
        const given = annotation(
          text.slice(Math.max(0, start - 20), start),
          exact,
          text.slice(start + exact.length, start + exact.length + 20),
        );
        const { placed, unplaced } = anchorAnnotations(paragraphs, [given], TYPES);
        assert.equal(placed.length + unplaced.length, 1);
        for (const { paragraph, span } of placed) {
          const found = paragraphs[paragraph].text.slice(span.start, span.end);
          assert.equal(
            normalizeText(found).text.toLowerCase(),
            normalizeText(exact).text.trim().toLowerCase(),
          );
          assert.equal(index >= 0, true);
        }
        const isUnique =
          normalizeText(texts.join('\n')).text.split(normalizeText(exact).text.trim()).length === 2;
        const cutsMark = /^\p{Mark}/u.test(text.slice(start + exact.length)) || /^\p{Mark}/u.test(exact);
        if (isUnique && exact.trim() === exact && !cutsMark) {
          assert.deepEqual(
            placed.map(({ paragraph, span }) => [paragraph, span.start, span.end]),
            [[index, start, start + exact.length]],
          );
        }
      },
    ),
    { numRuns: 3000, seed: 7 },
  );
});

test('thousands of annotations of one mention take time linear in their number, or are given up', () => {
  const numbers = Array.from({ length: 3_000 }, (_, index) => index);
  const annotationOf = (prefix: string, postfix: string): Annotation => ({
    prefix,
    exact: 'HeLa',
    postfix,
    tags: [],
    id: '1',
    type: 'Cell Line',
    provider: 'x',
  });
  const anchored = (sentence: (n: number) => string, annotation: (n: number) => Annotation) =>
    anchorAnnotations(
      [{ section: '', index: 0, text: numbers.map(sentence).join(' ') }],
      numbers.map(annotation),
      TYPES,
    );
  const start = performance.now();
  const distinct = anchored(
    (n) => `alpha${n} beta${n} HeLa gamma${n} delta.`,
    (n) => annotationOf(`alpha${n} beta${n} `, ` gamma${n} delta`),
  );
  assert.equal(new Set(distinct.placed.map(({ span }) => span.start)).size, numbers.length);
  const alike = anchored(
    (n) => `of the cells HeLa cells and of ${n}.`,
    (n) => annotationOf('of the cells ', ` cells and of ${n}`),
  );
  assert.equal(alike.placed.length + alike.unplaced.length, numbers.length);
  assert.ok(performance.now() - start < 20_000);
});

test('without context an annotation is placed only if its text occurs once', () => {
  const bare: Annotation = { exact: 'HeLa', tags: [], id: '1', type: 'Cell Line', provider: 'x' };
  const outcome = (text: string) => anchorAnnotations([{ section: '', index: 0, text }], [bare], TYPES);
  assert.equal(outcome('HeLa and HeLa cells').unplaced[0]?.reason, 'several places fit');
  assert.equal(outcome('of HeLa cells').placed.length, 1);
});

test('normalization maps every code unit back to the original', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const { text: normalized, starts, ends } = normalizeText(text);
      assert.equal(starts.length, normalized.length);
      assert.equal(ends.length, normalized.length);
      starts.forEach((start, unit) => {
        assert.ok(start < ends[unit] && ends[unit] <= text.length);
        assert.ok(unit === 0 || start >= starts[unit - 1]);
      });
      assert.doesNotMatch(normalized, /\s{2}|[^\S ]/);
    }),
    { numRuns: 1000, seed: 3 },
  );
});

test('every annotation of the sample is placed on its own text', () => {
  const sample = join(projectRoot, 'data', 'sample');
  const counts = Object.fromEntries(TYPES.map((label) => [label, 0]));
  for (const file of readdirSync(join(sample, 'articles'))) {
    const paragraphs = jatsToParagraphs(readFileSync(join(sample, 'articles', file), 'utf8'), file);
    const answer = JSON.parse(
      readFileSync(join(sample, 'annotations', file.replace('.xml', '.json')), 'utf8'),
    );
    const { placed, unplaced } = anchorAnnotations(paragraphs, answer[0].annotations, TYPES);
    assert.deepEqual(unplaced, []);
    for (const { annotation, paragraph, span } of placed) {
      const { text } = paragraphs[paragraph];
      assert.equal(text.slice(span.start, span.end), annotation.exact);
      const before = text.slice(0, span.start).replace(/\t/g, ' ');
      assert.ok(before.endsWith(annotation.prefix!), `${file}: ${annotation.prefix}|${annotation.exact}`);
      counts[span.label]++;
    }
  }
  assert.deepEqual(counts, { 'Gene Mutations': 240, Cell: 178, 'Cell Line': 127, 'Organ Tissue': 150 });
});

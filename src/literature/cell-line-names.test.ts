import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sentence } from '../foundation';
import { NAMED_CELL_LINE, nameCellLines } from './cell-line-names';

/** Cell lines stand between braces. */
function marked(text: string): Sentence {
  const spans: Sentence['spans'] = [];
  let plain = '';
  for (const part of text.split(/(?=[{}])/)) {
    if (part.startsWith('{'))
      spans.push({ start: plain.length, end: plain.length + part.length - 1, label: 'cell_line' });
    plain += part.replace(/[{}]/g, '');
  }
  return {
    article: 'a',
    section: '',
    paragraph: 0,
    offset: 0,
    text: plain,
    spans,
    annotated: ['cell_line', 'protein'],
  };
}

const namesOf = ({ text, spans }: Sentence) =>
  spans.filter(({ label }) => label === NAMED_CELL_LINE).map(({ start, end }) => text.slice(start, end));

test('of a described cell line the name alone is marked', () => {
  const cases: [string, string[]][] = [
    ['{HeLa cells} grew', ['HeLa']],
    ['the {human T lymphoma line Jurkat} and {T-cell lines}', ['Jurkat']],
    ['{RAW 264.7 cells}, {Mono Mac 6} and {HL-60/vinc cells}', ['Mono Mac 6', 'RAW 264.7', 'HL-60/vinc']],
    ['{MOLT-4 and CEM cells}', ['MOLT-4', 'CEM']],
    ['{U373 MG cells}, {CEM C7 cells} and {HeLa S3}', ['U373 MG', 'CEM C7', 'HeLa S3']],
    ['{monocytoid (U937,THP-1) cell lines}', ['U937', 'THP-1']],
    ['{SKW6.4}.', ['SKW6.4']],
  ];
  for (const [text, names] of cases) {
    const [sentence] = nameCellLines([marked(text)]).sentences;
    assert.deepEqual(namesOf(sentence).sort(), names.sort(), text);
    assert.ok(sentence.annotated.includes(NAMED_CELL_LINE));
  }
});

test('markers, cytokines, viruses and kinds of cells are no names, and such sentences say that there is none', () => {
  for (const text of [
    '{CD4+ cells}',
    '{IL-2-dependent cells}',
    '{EBV-positive NPC cell lines}',
    '{HUVECs}',
    '{Th2 clones}',
    '{B-CLL cells}',
    'no line',
  ])
    assert.deepEqual(
      nameCellLines([marked(text)]).sentences.map((one) => [
        namesOf(one),
        one.annotated.includes(NAMED_CELL_LINE),
      ]),
      [[[], true]],
      text,
    );
});

test('what may be a name, or a name outside of a cell line, leaves the sentence unannotated', () => {
  const { sentences, counts, names } = nameCellLines([
    marked('{U937 cells}'),
    marked('U937 nuclear extracts'),
    marked('{U937-derived cells}'),
    marked('{293 cells}'),
    marked('{U1 cells}'),
  ]);
  assert.deepEqual(sentences.map(namesOf), [['U937'], [], [], [], []]);
  assert.deepEqual(
    sentences.map(({ annotated }) => annotated.includes(NAMED_CELL_LINE)),
    [true, false, false, false, false],
  );
  assert.deepEqual([counts, [...names]], [{ named: 1, nameless: 0, unclear: 4 }, [['U937', 1]]]);
  assert.deepEqual(sentences[0].spans[0], { start: 0, end: 10, label: 'cell_line' });
});

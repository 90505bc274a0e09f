import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Sentence } from '../../foundation';
import { FOUR } from '../../foundation/labels.fixture';
import { varyMentions } from './variations';

function sentence(text: string, mentions: [string, Sentence['spans'][number]['label']][]): Sentence {
  const spans = mentions.map(([mention, label]) => {
    const start = text.indexOf(mention);
    assert.ok(start >= 0, mention);
    return { start, end: start + mention.length, label };
  });
  const annotated = [...new Set(spans.map(({ label }) => label))];
  return { article: 'a', section: 's', paragraph: 0, offset: 0, text, spans, annotated };
}

const mentionsOf = ({ text, spans }: Sentence) => spans.map(({ start, end }) => text.slice(start, end));

test('mentions are replaced by mentions of the same class and guidelines, the rest of the sentence is unchanged', () => {
  const liver = sentence('the liver of V600E mice', [
    ['liver', 'Organ Tissue'],
    ['V600E', 'Gene Mutations'],
  ]);
  const kidney = sentence('a kidney with A12B', [
    ['kidney', 'Organ Tissue'],
    ['A12B', 'Gene Mutations'],
  ]);
  const otherGuidelines = sentence('lungs', [['lungs', 'Organ Tissue']]);
  const varied = varyMentions(
    [liver, kidney, otherGuidelines],
    { variations: { 'Organ Tissue': 20 }, rewritten: ['Gene Mutations'], spelledOut: 0 },
    7,
  );
  assert.equal(varied.length, 60);
  const ofLiver = varied.slice(0, 20);
  assert.deepEqual([...new Set(ofLiver.map((one) => mentionsOf(one)[0]))].sort(), ['kidney', 'liver']);
  for (const one of ofLiver) {
    assert.equal(mentionsOf(one)[1], 'V600E');
    assert.match(one.text, /^the \w+ of V600E mice$/);
  }
  assert.deepEqual(new Set(varied.slice(40).map(({ text }) => text)), new Set(['lungs']));
  assert.deepEqual(
    varyMentions(
      [liver, kidney],
      { variations: { 'Organ Tissue': 20 }, rewritten: ['Gene Mutations'], spelledOut: 0 },
      7,
    ),
    varied.slice(0, 40),
  );
});

test('sentences without mentions of the class give no copies; crossing mentions are unchanged', () => {
  const without = sentence('the liver', [['liver', 'Organ Tissue']]);
  assert.deepEqual(
    varyMentions(
      [without],
      { variations: { 'Gene Mutations': 3 }, rewritten: ['Gene Mutations'], spelledOut: 0 },
      1,
    ),
    [],
  );
  const crossing = sentence('V600E mutant of BRAF', [
    ['V600E mutant', 'Gene Mutations'],
    ['mutant of BRAF', 'Cell'],
  ]);
  assert.deepEqual(
    varyMentions(
      [crossing],
      { variations: { 'Gene Mutations': 2 }, rewritten: ['Gene Mutations'], spelledOut: 0 },
      1,
    ),
    [crossing, crossing],
  );
});

test('a mention inside another is replaced and the outer one stretched; two labels of the same words stay together', () => {
  const label = (text: string, mentions: [string, string][]) => ({
    ...sentence(text, mentions),
    annotated: ['cell_line', 'CellLine'],
  });
  const nested = label('in HeLa cells', [
    ['HeLa cells', 'cell_line'],
    ['HeLa', 'CellLine'],
  ]);
  const same = label('and RAW 264.7 too', [
    ['RAW 264.7', 'cell_line'],
    ['RAW 264.7', 'CellLine'],
  ]);
  const copies = varyMentions(
    [nested, same],
    { variations: { CellLine: 12 }, rewritten: [], spelledOut: 0 },
    3,
  );
  const found = copies.map((one) => `${one.text}: ${mentionsOf(one).join(' | ')}`);
  assert.deepEqual(
    [...new Set(found)].sort(),
    [
      'in HeLa cells: HeLa cells | HeLa',
      'in RAW 264.7 cells: RAW 264.7 cells | RAW 264.7',
      'and HeLa too: HeLa | HeLa',
      'and RAW 264.7 too: RAW 264.7 | RAW 264.7',
    ].sort(),
  );
});

test('a share of the rewritten mutations is spelled out, and its span marks the words', () => {
  const one = sentence('the V600E mutation', [['V600E', 'Gene Mutations']]);
  const copies = varyMentions(
    [one],
    { variations: { 'Gene Mutations': 20 }, rewritten: ['Gene Mutations'], spelledOut: 0.5 },
    1,
  );
  const mentions = copies.map((copy) => mentionsOf(copy)[0]);
  const words = mentions.filter((mention) => !/^[A-Z]\d+[A-Z]$/.test(mention));
  assert.ok(words.length >= 5 && words.length <= 15, mentions.join(', '));
  copies.forEach((copy, index) => {
    assert.equal(copy.text, `the ${mentions[index]} mutation`);
  });
});

test('spans always mark the same mention, whatever the sentence', () => {
  const piece = fc.record({
    before: fc.string({ maxLength: 5 }),
    mention: fc.string({ minLength: 1, maxLength: 8 }),
    label: fc.constantFrom(...FOUR),
  });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 5 }), fc.integer({ min: 0, max: 99 }), (pieces, seed) => {
      let text = '';
      const spans = pieces.map(({ before, mention, label }) => {
        text += before + mention;
        return { start: text.length - mention.length, end: text.length, label };
      });
      const [first] = varyMentions(
        [
          {
            article: 'a',
            section: 's',
            paragraph: 0,
            offset: 0,
            text,
            spans,
            annotated: [...FOUR],
          },
        ],
        {
          variations: { 'Gene Mutations': 1, Cell: 1, 'Cell Line': 1, 'Organ Tissue': 1 },
          rewritten: ['Gene Mutations'],
          spelledOut: 0,
        },
        seed,
      );
      if (pieces.length === 0) return first === undefined;
      const between = (one: { text: string; spans: Sentence['spans'] }) =>
        one.spans.map(({ start }, index) => one.text.slice(one.spans[index - 1]?.end ?? 0, start));
      assert.deepEqual(between(first), between({ text, spans }));
      assert.deepEqual(
        first.spans.map(({ label }) => label),
        spans.map(({ label }) => label),
      );
      return first.text.length === (first.spans.at(-1)?.end ?? 0);
    }),
    { seed: 11 },
  );
});

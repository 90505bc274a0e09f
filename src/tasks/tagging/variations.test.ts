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
    { variations: { 'Organ Tissue': 20 }, rewritten: ['Gene Mutations'] },
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
    varyMentions([liver, kidney], { variations: { 'Organ Tissue': 20 }, rewritten: ['Gene Mutations'] }, 7),
    varied.slice(0, 40),
  );
});

test('sentences without mentions of the class give no copies; overlapping mentions are unchanged', () => {
  const without = sentence('the liver', [['liver', 'Organ Tissue']]);
  assert.deepEqual(
    varyMentions([without], { variations: { 'Gene Mutations': 3 }, rewritten: ['Gene Mutations'] }, 1),
    [],
  );
  const nested = sentence('V600E mutant', [
    ['V600E mutant', 'Gene Mutations'],
    ['V600E', 'Gene Mutations'],
  ]);
  assert.deepEqual(
    varyMentions([nested], { variations: { 'Gene Mutations': 2 }, rewritten: ['Gene Mutations'] }, 1),
    [nested, nested],
  );
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

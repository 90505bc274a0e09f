import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isInsideCharacter, parseSentence } from '../foundation';
import { FOUR } from '../foundation/labels.fixture';
import { type CorpusDocument, emptyTally, lineParagraphs, type Mention, toSentences } from './document';

const documentOf = (text: string, mentions: Mention[]): CorpusDocument => ({
  article: 'a',
  text,
  paragraphs: lineParagraphs(text, (index) => (index === 0 ? 'Title' : 'Abstract')),
  mentions,
});

const mention = (start: number, end: number, label: string = 'Cell'): Mention => ({
  pieces: [{ start, end }],
  label,
});

describe('toSentences', () => {
  it('gives each sentence its position and its spans', () => {
    const text = 'On T cells\n\nThey grew.  B cells died in the liver.\n';
    const mentions = [mention(3, 10), mention(24, 31), mention(44, 49, 'Organ Tissue')];
    const tally = emptyTally();
    const [title, first, second] = toSentences(documentOf(text, mentions), ['Cell', 'Organ Tissue'], tally);
    assert.deepEqual(title, {
      article: 'a',
      section: 'Title',
      paragraph: 0,
      offset: 0,
      text: 'On T cells',
      spans: [{ start: 3, end: 10, label: 'Cell' }],
      annotated: ['Cell', 'Organ Tissue'],
    });
    assert.deepEqual([first.section, first.paragraph, first.offset, first.spans], ['Abstract', 1, 0, []]);
    assert.equal(second.offset, 12);
    assert.deepEqual(
      second.spans.map(({ start, end, label }) => [second.text.slice(start, end), label]),
      [
        ['B cells', 'Cell'],
        ['liver', 'Organ Tissue'],
      ],
    );
    assert.deepEqual(tally, emptyTally());
  });

  it('keeps the outermost mention of a class, lets classes overlap, and counts what is dropped', () => {
    const text = 'the rod and cone photoreceptors of retina';
    const tally = emptyTally();
    const [{ spans }] = toSentences(
      documentOf(text, [
        {
          pieces: [
            { start: 4, end: 7 },
            { start: 17, end: 31 },
          ],
          label: 'Cell',
        },
        mention(12, 31),
        mention(12, 31),
        mention(4, 31),
        mention(0, 7),
        mention(4, 41, 'Organ Tissue'),
      ]),
      ['Cell', 'Organ Tissue'],
      tally,
    );
    assert.deepEqual(spans, [
      { start: 4, end: 31, label: 'Cell' },
      { start: 4, end: 41, label: 'Organ Tissue' },
    ]);
    assert.deepEqual(tally, { ...emptyTally(), discontinuous: 1, nested: 2, duplicate: 1, crossing: 1 });
  });

  it('joins sentences inside a mention and drops mentions that cross the end of a paragraph', () => {
    const text = 'It was approx. One cell. Then more.\nNext line.';
    const tally = emptyTally();
    const sentences = toSentences(documentOf(text, [mention(7, 23), mention(25, 40)]), ['Cell'], tally);
    assert.deepEqual(
      sentences.map(({ text }) => text),
      ['It was approx. One cell.', 'Then more.', 'Next line.'],
    );
    assert.deepEqual([tally.joinedSentences, tally.acrossParagraphs], [1, 1]);
  });

  it('loses no mention silently: spans and counts add up, and every sentence is valid', () => {
    const anyText = fc
      .array(fc.constantFrom('A cell. ', 'T ', 'cells', '\n', ' ', '🧬', 'Fig. 2 ', '? ', '\n\n', 'B-'), {
        minLength: 1,
      })
      .map((parts) => parts.join(''));
    const anyMention = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 12 }), fc.constantFrom(...FOUR));
    fc.assert(
      fc.property(anyText, fc.array(anyMention, { maxLength: 12 }), (text, raw) => {
        const mentions = raw
          .map(([at, length, label]) => mention(at % text.length, (at % text.length) + length, label))
          .filter(
            ({ pieces: [{ start, end }] }) =>
              /^\S(.*\S)?$/su.test(text.slice(start, end)) &&
              end <= text.length &&
              ![start, end].some((place) => isInsideCharacter(text, place)),
          );
        const tally = emptyTally();
        const sentences = toSentences(documentOf(text, mentions), [...FOUR], tally);
        for (const sentence of sentences) parseSentence(JSON.stringify(sentence), 'a sentence');
        const spans = sentences.reduce((count, sentence) => count + sentence.spans.length, 0);
        const { duplicate, nested, crossing, acrossParagraphs } = tally;
        assert.equal(spans + duplicate + nested + crossing + acrossParagraphs, mentions.length);
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LONGEST_SENTENCE, type Range, splitSentences } from './sentences';

const slices = (text: string, keepTogether?: Range[]) =>
  splitSentences(text, keepTogether).map(({ start, end }) => text.slice(start, end));

describe('splitSentences', () => {
  it('knows the abbreviations used in papers', () => {
    assert.deepEqual(
      slices('As Fig. 1 and Smith et al. show, E. coli grew.  The variant p.V600E was lost. (See Fig. 2.)'),
      ['As Fig. 1 and Smith et al. show, E. coli grew.', 'The variant p.V600E was lost.', '(See Fig. 2.)'],
    );
  });

  it('returns UTF-16 offsets after characters outside the basic plane', () => {
    const text = '𝒜 and 🧬 came first. Then 𝛼 cells. 🧬 Last.';
    assert.deepEqual(splitSentences(text)[1], { start: 22, end: 36 });
    assert.deepEqual(slices(text)[1], 'Then 𝛼 cells.');
  });

  it('ends a sentence at an empty line, not at a line break', () => {
    assert.deepEqual(slices('A title\n\nThe text\ngoes on.\n'), ['A title', 'The text\ngoes on.']);
  });

  it('returns nothing for white space', () => {
    for (const text of ['', '  \n\t ', '\n'.repeat(100_000)]) assert.deepEqual(splitSentences(text), []);
  });

  it('joins sentences across a range that must stay together', () => {
    const text = 'One is here. Two follows. Three ends.';
    assert.deepEqual(slices(text, [{ start: 4, end: 16 }]), ['One is here. Two follows.', 'Three ends.']);
    assert.deepEqual(slices(text, [{ start: 0, end: 37 }]), [text]);
    assert.deepEqual(slices(text, [{ start: 0, end: 12 }]).length, 3);
  });

  it('splits a text without sentence ends at white space, into pieces of bounded length', () => {
    const text = `First. ${'cell '.repeat(60_000)}end. Last.`;
    const found = slices(text);
    assert.equal(found.join(' '), text);
    assert.equal(found[0], 'First.');
    assert.equal(found.at(-1), 'Last.');
    assert.ok(found.length >= 6 && found.every((sentence) => sentence.length < 1.1 * LONGEST_SENTENCE));
    const word = splitSentences('🧬'.repeat(200_000));
    assert.ok(word.length > 5 && word.every(({ start, end }) => start % 2 === 0 && end % 2 === 0));
    assert.deepEqual(splitSentences(text, [{ start: 0, end: text.length }]), [
      { start: 0, end: text.length },
    ]);
  });

  it('splits a long text like its parts, and never inside a word', () => {
    const part = 'The cells grew in medium of Fig. 1 and were counted by hand. ';
    const long = splitSentences(part.repeat(1_640));
    assert.equal(long.length, 1_640);
    assert.ok(long.every(({ start, end }, index) => start === index * 61 && end === start + 60));
  });

  it('accepts lines of 100,000 characters of any kind', () => {
    for (const part of ['word ', 'x', '.', '. ', '"a. ', '(b. ', 'E. ', '🧬', '語。', '\ud800', 'a.\n\n']) {
      const text = part.repeat(100_000 / part.length);
      const begun = performance.now();
      const sentences = splitSentences(text);
      assert.ok(performance.now() - begun < 5_000, `${JSON.stringify(part)} is slow`);
      assert.equal(sentences[0].start, 0);
      assert.equal(sentences[sentences.length - 1].end, text.trimEnd().length);
    }
  });

  it('keeps every character but white space in exactly one sentence, and every range whole', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '. ',
        ' ',
        '\n',
        '\n\n',
        'Fig. ',
        'cell',
        'T',
        '🧬',
        '? ',
        '"',
        '(',
        ')',
        '\u00a0',
        '\u2029',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    );
    const anyText = fc.array(piece, { maxLength: 200 }).map((pieces) => pieces.join(''));
    const anyRanges = fc.array(fc.tuple(fc.nat(), fc.nat(30)), { maxLength: 4 });
    fc.assert(
      fc.property(anyText, anyRanges, fc.integer({ min: 1, max: 20 }), (part, raw, times) => {
        const text = part.repeat(times);
        const ranges = raw
          .map(([at, length]) => ({ start: at % (text.length + 1), end: (at % (text.length + 1)) + length }))
          .filter(({ start, end }) => end <= text.length && /^\S(.*\S)?$/su.test(text.slice(start, end)));
        const sentences = splitSentences(text, ranges);
        let place = 0;
        for (const { start, end } of sentences) {
          assert.ok(start >= place && start < end);
          assert.equal(text.slice(place, start).trim(), '');
          assert.equal(text.slice(start, end).trim(), text.slice(start, end));
          place = end;
        }
        assert.equal(text.slice(place).trim(), '');
        for (const range of ranges) {
          assert.ok(sentences.some(({ start, end }) => start <= range.start && range.end <= end));
        }
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});

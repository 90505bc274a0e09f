import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Span, TextRange } from '../foundation';
import { tinyBertFolder } from '../nn/tiny-bert.fixture';
import { labelsToSpans } from './decoded-labels';
import { spansToLabels } from './labels';
import { outputNames, type TagSet, WORD_RULES } from './tag-set';
import { Tokenizer } from './tokenizer';
import { cutWindows, joinWindows } from './windows';
import { wordsOf } from './words';

const tokenizer = new Tokenizer(tinyBertFolder);
const labels = ['person', 'place', 'constructor'];

/** Words that split into several tokens or none, or follow the previous one without a space. */
const word = fc.record({
  surface: fc.constantFrom(
    'Ann',
    'p53',
    'U.N.',
    '😀',
    'é',
    "n't",
    'abcdefghij',
    '\u0000',
    '\u200b',
    '-',
    '日本',
  ),
  space: fc.constantFrom('', ' ', '  '),
  label: fc.option(fc.constantFrom(...labels), { nil: undefined }),
  begins: fc.boolean(),
});

/** A text of these words, and the mentions encoded by their IOB2 tags. */
function sentenceOf(words: readonly (typeof word extends fc.Arbitrary<infer Word> ? Word : never)[]) {
  let text = '';
  const ranges: TextRange[] = [];
  const spans: Span[] = [];
  let open: Span | undefined;
  for (const { surface, space, label, begins } of words) {
    const range = { start: text.length, end: text.length + surface.length };
    text += surface + space;
    ranges.push(range);
    if (label === undefined) open = undefined;
    else if (open && open.label === label && !begins) open.end = range.end;
    else {
      open = { ...range, label };
      spans.push(open);
    }
  }
  return { text, words: ranges, spans };
}

for (const rule of WORD_RULES) {
  test(`word labels survive a round trip through token labels, whatever the windows (${rule})`, async () => {
    const tagSet: TagSet = { scheme: 'exclusive', labels, words: rule };
    const outputs = outputNames(tagSet).length;
    await fc.assert(
      fc.asyncProperty(
        fc.array(word, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 8, max: 24 }),
        async (drawn, maximumLength) => {
          const sentence = sentenceOf(drawn);
          const [encoded] = await tokenizer.encodeWords([sentence]);
          assert.equal(new Set(encoded.words).size, drawn.length, 'every word has a token');
          const found = spansToLabels(encoded, sentence.spans, tagSet);
          assert.deepEqual([found.lost, found.widened, found.covered], [[], [], []]);
          // Through windows and back: nothing is truncated, no token counts twice.
          const windows = cutWindows(encoded, tokenizer, maximumLength);
          const ofWindows = windows.map(({ first, last }) => {
            const rows = new Float32Array((last - first + 2) * outputs);
            rows.set(found.labels.subarray(first * outputs, last * outputs), outputs);
            return rows;
          });
          const joined = joinWindows(windows, ofWindows, outputs);
          assert.deepEqual(labelsToSpans(encoded, joined, tagSet), sentence.spans);
        },
      ),
      { seed: 3 },
    );
  });
}

test('either the first token of a word carries its label, or all do', async () => {
  const text = 'abc de';
  const words = [
    { start: 0, end: 3 },
    { start: 4, end: 6 },
  ];
  const [encoded] = await tokenizer.encodeWords([{ text, words }]);
  const tagsBy = (rule: (typeof WORD_RULES)[number]) => {
    const tagSet: TagSet = { scheme: 'exclusive', labels: ['x'], words: rule };
    const { labels: rows, counts } = spansToLabels(encoded, [{ start: 0, end: 6, label: 'x' }], tagSet);
    return Array.from(counts, (counted, token) =>
      counted ? outputNames(tagSet)[rows.subarray(token * 3, token * 3 + 3).indexOf(1)] : '-',
    );
  };
  assert.deepEqual(tagsBy('first'), ['B-x', '-', '-', 'I-x', '-']);
  assert.deepEqual(tagsBy('all'), ['B-x', 'B-x', 'B-x', 'I-x', 'I-x']);
  assert.deepEqual(tagsBy('all-inside'), ['B-x', 'I-x', 'I-x', 'I-x', 'I-x']);
});

test('words are separated by white space and punctuation at their ends', () => {
  const text = "Rome's (U.N.)  «naïve» 3.5% 😀";
  assert.deepEqual(
    wordsOf(text).map(({ start, end }) => text.slice(start, end)),
    ["Rome's", '(', 'U.N', '.', ')', '«', 'naïve', '»', '3.5', '%', '😀'],
  );
});

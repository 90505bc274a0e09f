import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { JSDOM } from 'jsdom';
import { InputError, type Span } from '../../foundation';
import { FOUR } from '../labels.fixture';
import { LABEL_COLOURS } from '../palette';
import { markedSentence, markedSentencesHtml } from './marked-sentence';

/** One of them contains markup. */
const LABELS = [...FOUR, '<img src=x> & "more"'];
const parse = (html: string) => new JSDOM(`<body>${html}</body>`).window.document.body;
const isTag = (element: Element) => (element.getAttribute('style') ?? '').includes('nowrap');

test('the marked text equals the input, whatever it contains and however spans overlap', () => {
  const text = fc.string({ minLength: 1, maxLength: 30 }).filter((value) => !/[\0\r]/.test(value));
  const sentence = text.chain((value) =>
    fc.record({
      text: fc.constant(value),
      spans: fc.array(
        fc.tuple(fc.nat(value.length - 1), fc.nat(value.length - 1), fc.constantFrom(...LABELS)),
        { maxLength: 5 },
      ),
    }),
  );
  fc.assert(
    fc.property(sentence, ({ text, spans }) => {
      const marked = spans.map(
        ([a, b, label]): Span => ({ start: Math.min(a, b), end: Math.max(a, b) + 1, label }),
      );
      const body = parse(markedSentence(text, marked));
      const tags = [...body.querySelectorAll('span')].filter(isTag);
      for (const span of marked) assert.ok(tags.some((tag) => tag.textContent === span.label));
      for (const tag of tags) tag.remove();
      assert.equal(body.textContent, text);
    }),
    { seed: 1 },
  );
});

test('a span is coloured and named; a shared stretch has the colours of both', () => {
  const spans = [
    { start: 0, end: 10, label: 'Cell Line' },
    { start: 5, end: 10, label: 'Cell' },
  ];
  const html = markedSentence('HeLa cells', spans, FOUR);
  const [line, both] = [...parse(html).querySelectorAll('span')].filter((element) => !isTag(element));
  assert.equal(line.textContent, 'HeLa ');
  assert.match(line.getAttribute('style')!, new RegExp(`solid ${LABEL_COLOURS[2]}`));
  assert.equal(both.textContent, 'cells');
  assert.match(both.getAttribute('style')!, /linear-gradient\(rgba\(0, 114, 178.*rgba\(0, 158, 115/);
});

test('labels have one colour in a table of sentences: given labels first, others in order of appearance', () => {
  const sentences = [
    { text: 'HeLa', gold: [{ start: 0, end: 4, label: 'new' }] },
    { text: 'HeLa', gold: [{ start: 0, end: 4, label: 'Cell' }] },
  ];
  const borders = (labels?: string[]) =>
    [...markedSentencesHtml(sentences, '', { labels }).matchAll(/border-bottom: 2px solid (#\w+)/g)].map(
      ([, colour]) => colour,
    );
  assert.deepEqual(borders(), [LABEL_COLOURS[0], LABEL_COLOURS[1]]);
  assert.deepEqual(borders(FOUR), [LABEL_COLOURS[4], LABEL_COLOURS[1]]);
});

test('a span outside the text is refused', () => {
  assert.throws(() => markedSentence('HeLa', [{ start: 2, end: 9, label: 'Cell' }]), InputError);
});

test('gold and predicted are shown side by side only if there are predictions', () => {
  const gold: Span[] = [{ start: 0, end: 4, label: 'Cell Line' }];
  const alone = parse(markedSentencesHtml([{ text: 'HeLa', gold }], 'Gold'));
  assert.equal(alone.querySelectorAll('td').length, 1);
  const compared = parse(
    markedSentencesHtml([{ text: 'HeLa', gold, predicted: [], note: 'a < b' }], 'Errors & more'),
  );
  assert.deepEqual(
    [...compared.querySelectorAll('td')].map(({ textContent }) => textContent),
    ['a < bHeLaCell Line', 'HeLa'],
  );
  assert.equal(compared.querySelector('caption')!.textContent, 'Errors & more');
});

test('headings, notes, captions and texts are escaped', () => {
  const text = 'HeLa \u202e<b>\u001b[31m grew';
  const gold: Span[] = [{ start: 0, end: 4, label: 'Cell Line' }];
  const sentence = { text, gold, predicted: [], note: '<i>\u0007note' };
  const body = parse(
    markedSentencesHtml([sentence], '<u>caption\u009b', { headings: ['<img src=x>', "'right'"] }),
  );
  assert.equal(body.querySelectorAll('b, i, u, img').length, 0);
  const texts = [...body.querySelectorAll('th, caption, td')].map(({ textContent }) => textContent);
  assert.deepEqual(texts, [
    '<u>caption\\x9b',
    '<img src=x>',
    "'right'",
    '<i>\\x07noteHeLaCell Line \\u202e<b>\\x1b[31m grew',
    'HeLa \\u202e<b>\\x1b[31m grew',
  ]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { classificationReport } from '../../evaluation';
import type { Sentence, Span } from '../../foundation';
import { inLetterCase, isAllCapitals, LETTER_CASES, trainWordTagger } from './letter-case';
import { ALL, drawnUnits, scoreMentions, withoutMasked } from './scores';
import { outcomeOf, outcomeRows, universityCases } from './university-probe';
import { spansOfTags, tagsOfWords } from './word-tags';

const LABELS = ['PER', 'ORG'];

/** A sentence of words with tags, in the form of a reader. */
function sentenceOf(tagged: readonly (readonly [word: string, tag: string])[], article = 'a'): Sentence {
  let place = 0;
  const words = tagged.map(([word]) => {
    const start = place;
    place += word.length + 1;
    return { start, end: start + word.length };
  });
  const sentence = {
    ...{ article, section: '', paragraph: 0, offset: 0, text: tagged.map(([word]) => word).join(' ') },
    ...{ spans: [] as Span[], annotated: LABELS, words },
  };
  return {
    ...sentence,
    spans: spansOfTags(
      sentence,
      tagged.map(([, tag]) => tag),
    ),
  };
}

const tag = fc.constantFrom('O', 'B-PER', 'I-PER', 'B-ORG', 'I-ORG');
const word = fc.constantFrom('Anna', 'ETH', 'says', 'ß', '12', '😀');
const sentences = fc.array(fc.tuple(word, tag), { minLength: 1, maxLength: 12 });

test('tags of words become spans and the same tags again, but for an I- that opens a mention', () => {
  fc.assert(
    fc.property(sentences, (tagged) => {
      const sentence = sentenceOf(tagged);
      const tags = tagsOfWords(sentence, sentence.spans);
      const expected = tagged.map(([, own], index) => {
        if (!own.startsWith('I-')) return own;
        const before = index > 0 ? tagged[index - 1][1] : 'O';
        return before.slice(2) === own.slice(2) ? own : `B-${own.slice(2)}`;
      });
      assert.deepEqual(tags, expected);
      assert.deepEqual(spansOfTags(sentence, tags), sentence.spans);
    }),
    { numRuns: 300, seed: 1 },
  );
});

test('scores of mentions are those of seqeval on the tags of words', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(sentences, fc.array(tag, { minLength: 12, maxLength: 12 })), {
        minLength: 1,
        maxLength: 6,
      }),
      (rows) => {
        const gold = rows.map(([tagged], index) => sentenceOf(tagged, `a${index}`));
        const predicted = rows.map(([, tags], index) => spansOfTags(gold[index], tags));
        const scores = scoreMentions(gold, predicted, LABELS, 1);
        const report = classificationReport(
          gold.map((sentence) => tagsOfWords(sentence, sentence.spans)),
          predicted.map((spans, index) => tagsOfWords(gold[index], spans)),
        );
        for (const { label, f1, support } of scores) {
          const row = report[label === ALL ? 'micro avg' : label];
          if (support > 0) assert.ok(Math.abs(f1! - row['f1-score']) < 1e-12);
        }
      },
    ),
    { numRuns: 200, seed: 1 },
  );
});

test('intervals are over documents, which are wider than sentences, but over sentences where documents are few', () => {
  const scored = (articleOf: (index: number) => string) => {
    // Whole documents are missed.
    const gold = Array.from({ length: 100 }, (_, index) =>
      sentenceOf(
        [
          ['Anna', 'B-PER'],
          ['x', 'O'],
        ],
        articleOf(index),
      ),
    );
    const predicted = gold.map(({ spans }, index) => (Math.floor(index / 5) % 4 === 0 ? [] : spans));
    return { unit: drawnUnits(gold), scores: scoreMentions(gold, predicted, LABELS, 1) };
  };
  const documents = scored((index) => `a${Math.floor(index / 5)}`);
  const sentencesOfFew = scored((index) => `a${index % 3}`);
  assert.deepEqual([documents.unit, sentencesOfFew.unit], ['documents', 'sentences']);
  assert.equal(scored((index) => `a line ${index}`).unit, 'sentences');
  const widths = [documents, sentencesOfFew].map(({ scores: [person, , all] }) => {
    assert.deepEqual([person.recall, person.precision, all.support], [0.75, 1, 100]);
    assert.ok(person.interval![0] < person.f1! && person.f1! < person.interval![1]);
    return person.interval![1] - person.interval![0];
  });
  assert.ok(widths[0] > 1.5 * widths[1], widths.join(' and '));
});

test('letters change their case in place, spans and words stay, and what has no single capital is left alone', () => {
  const sentence = sentenceOf([
    ['Anna', 'B-PER'],
    ['Weiß', 'I-PER'],
    ['lives', 'O'],
    ['😀', 'O'],
    ['İs', 'O'],
    ['Yıldız', 'O'],
    ['µς', 'O'],
  ]);
  const written = LETTER_CASES.map((letterCase) => inLetterCase(sentence, letterCase));
  assert.deepEqual(
    written.map(({ text }) => text),
    [
      'Anna Weiß lives 😀 İs Yıldız µς',
      'anna weiß lives 😀 İs yıldız µς',
      'ANNA WEIß LIVES 😀 İS YıLDıZ µς',
      'Anna Weiß Lives 😀 İs Yıldız µς',
    ],
  );
  for (const one of written) assert.deepEqual([one.spans, one.words], [sentence.spans, sentence.words]);
  assert.deepEqual(
    ['ROME 12', 'Rome', '12', '北京'].map((text) => isAllCapitals({ text })),
    [true, false, false, false],
  );
});

test('a tagger by words knows the words of training alone, one by shape their form', () => {
  const train = [
    sentenceOf([
      ['Anna', 'B-PER'],
      ['met', 'O'],
      ['Bob', 'B-PER'],
    ]),
    sentenceOf([
      ['They', 'O'],
      ['met', 'O'],
      ['Carla', 'B-PER'],
    ]),
    sentenceOf([
      ['They', 'O'],
      ['left', 'O'],
    ]),
  ];
  const unseen = sentenceOf([
    ['They', 'O'],
    ['met', 'O'],
    ['Dora', 'B-PER'],
    ['Bob', 'B-PER'],
  ]);
  const tagged = (by: 'word' | 'shape') => tagsOfWords(unseen, trainWordTagger(train, by).tag(unseen));
  assert.deepEqual(tagged('word'), ['O', 'O', 'O', 'B-PER']);
  assert.deepEqual(tagged('shape'), ['O', 'O', 'B-PER', 'B-PER']);
});

test('a name is exact only as one organization with its borders', () => {
  const [bare, inside] = universityCases([{ country: 'CH', name: 'ETH $& Zürich' }]);
  assert.equal(bare.text, 'ETH $& Zürich');
  assert.equal(inside.text.slice(inside.start, inside.end), 'ETH $& Zürich');
  const { start, end } = inside;
  const outcome = (...spans: Span[]) => outcomeOf(inside, spans);
  assert.equal(outcome({ start, end, label: 'ORG' }), 'exact');
  assert.equal(outcome({ start, end, label: 'ORG' }, { start: 0, end: 3, label: 'PER' }), 'exact');
  assert.equal(outcome({ start, end, label: 'LOC' }), 'a location');
  assert.equal(outcome({ start, end, label: 'PER' }), 'another type');
  assert.equal(outcome({ start, end: end - 7, label: 'ORG' }), 'partial');
  assert.equal(
    outcome({ start, end: start + 3, label: 'ORG' }, { start: end - 6, end, label: 'LOC' }),
    'partial',
  );
  assert.equal(outcome({ start: start - 3, end, label: 'ORG' }), 'partial');
  assert.equal(outcome({ start: 0, end: 3, label: 'PER' }), 'missed');
  const other = { ...inside, name: 'another' };
  const [row] = outcomeRows([inside, inside, other], ['exact', 'exact', 'missed'], () => 'all', { seed: 1 });
  assert.deepEqual([row.names, row.sentences], [2, 3]);
  assert.match(String(row['exact (%), 95% interval']), /^66\.7 \(0\.0 to 100\.0\)/);
  assert.ok(Math.abs(Number(row['missed (%)']) - 100 / 3) < 1e-9);
});

test('predictions over a masked entity are neither right nor wrong', () => {
  const spans = [
    { start: 0, end: 4, label: 'PER' },
    { start: 5, end: 9, label: 'ORG' },
  ];
  const masked = [[{ start: 8, end: 12, label: 'product' }]];
  assert.deepEqual(withoutMasked([spans], masked), [[spans[0]]]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { classificationReport } from '../../evaluation';
import type { Sentence, Span } from '../../foundation';
import { summarizeErrors, tagConfusion } from './errors';
import {
  checkCaseBlind,
  inLetterCase,
  isAllCapitals,
  LETTER_CASES,
  scoreLetterCases,
  trainWordTagger,
} from './letter-case';
import { scoreSets, setScoreRows, writtenSet } from './other-texts';
import {
  ALL,
  compareF1,
  differenceText,
  drawnUnits,
  independentDifference,
  type MentionScore,
  overall,
  recallRows,
  scoreMentions,
  withoutMasked,
} from './scores';
import { scoreBySeen } from './seen-names';
import { recordRows } from './tables';
import {
  exactShare,
  failedCases,
  outcomeBars,
  outcomeOf,
  outcomeRows,
  probeUniversities,
  universityCases,
  universityTables,
} from './university-probe';
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
  const tagged = (by: 'word' | 'shape') => trainWordTagger(train, by)(unseen);
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

const ANNA = sentenceOf([
  ['Anna', 'B-PER'],
  ['joined', 'O'],
  ['ETH', 'B-ORG'],
]);
const BOB = sentenceOf([
  ['Bob', 'B-PER'],
  ['Weiß', 'I-PER'],
  ['left', 'O'],
]);

test('errors are counted by kind and label, and the sentence with most comes first', () => {
  const tags = [
    ['B-ORG', 'O', 'O'],
    ['B-PER', 'O', 'O'],
  ];
  const gold = [ANNA, BOB];
  const found = tags.map((own, index) => spansOfTags(gold[index], own));
  const summary = summarizeErrors(gold, found, LABELS);
  assert.equal(summary.count, 3);
  assert.deepEqual(Object.fromEntries(summary.kinds.map(({ kind, count }) => [kind, count])), {
    'wrong class': 1,
    missed: 1,
    'wrong border': 1,
    spurious: 0,
  });
  assert.deepEqual(
    summary.bars.map(({ text, values }) => [
      text,
      values['wrong class'],
      values.missed,
      values['wrong border'],
    ]),
    [
      ['PER', 1, 0, 1],
      ['ORG', 0, 1, 0],
    ],
  );
  assert.deepEqual(
    summary.worst.map(({ text, note }) => [text, note]),
    [
      [ANNA.text, 'errors: 2'],
      [BOB.text, 'errors: 1'],
    ],
  );
  const names = ['O', 'B-PER', 'I-PER', 'B-ORG'];
  const goldTags = gold.map((sentence) => tagsOfWords(sentence, sentence.spans));
  assert.deepEqual(tagConfusion(goldTags, tags, names), [
    [2, 0, 0, 0],
    [0, 1, 0, 1],
    [1, 0, 0, 0],
    [1, 0, 0, 0],
  ]);
});

test('letter cases are scored apart, and a tagger that sees them is found out', async () => {
  const byShape = trainWordTagger([ANNA, BOB], 'shape');
  const seeing = await scoreLetterCases([ANNA], (written) => written.map(byShape), LABELS, 1);
  assert.ok(overall(seeing['as written'].scores).f1! > 0);
  assert.equal(overall(seeing.lower.scores).f1, 0);
  assert.throws(() => checkCaseBlind(seeing), {
    name: 'InputError',
    message: /the tags in lower case differ/,
  });
  const blind = await scoreLetterCases(
    [ANNA],
    (written) => written.map(() => ['B-PER', 'O', 'B-ORG']),
    LABELS,
    1,
  );
  checkCaseBlind(blind);
  assert.deepEqual(
    Object.values(blind).map(({ scores }) => overall(scores).f1),
    [1, 1, 1, 1],
  );
});

test('names seen with their type, seen with other types only, and new ones have a recall each', () => {
  const met = sentenceOf([
    ['ETH', 'B-PER'],
    ['met', 'O'],
    ['Dora', 'B-PER'],
  ]);
  const found = [ANNA.spans, [{ start: 0, end: 3, label: 'PER' }], met.spans.slice(1)];
  const groups = scoreBySeen([ANNA], [ANNA, BOB, met], found, LABELS, 1);
  assert.deepEqual(
    Object.entries(groups).map(([group, scores]) => [group, overall(scores).support, overall(scores).recall]),
    [
      ['seen with this type', 2, 1],
      ['seen with other types only', 1, 0],
      ['new', 2, 0.5],
    ],
  );
  const [row] = recallRows(groups, LABELS);
  assert.deepEqual([row.group, row.mentions, row['PER (%)']], ['seen with this type', 2, 100]);
});

test('differences: paired ones are drawn together, those of different texts add their margins in quadrature', () => {
  const gold = Array.from({ length: 40 }, (_, index) => ({ ...ANNA, article: `a${index}` }));
  const half = gold.map(({ spans }, index) => (index % 2 === 0 ? spans : []));
  const all = gold.map(({ spans }) => spans);
  assert.deepEqual(compareF1(gold, half, half, LABELS, 1), { difference: 0, interval: [0, 0] });
  const { difference, interval } = compareF1(gold, all, half, LABELS, 1);
  assert.ok(Math.abs(difference - 1 / 3) < 1e-9, String(difference));
  assert.ok(
    interval![0] > 0.1 && interval![0] < difference && difference < interval![1] && interval![1] < 0.6,
  );
  const score = (f1: number, low: number, high: number) => ({ f1, interval: [low, high] }) as MentionScore;
  const apart = independentDifference(score(0.6, 0.57, 0.64), score(0.9, 0.86, 0.93));
  assert.equal(differenceText(apart), '-30.0 (-34.2 to -24.3)');
  assert.equal(independentDifference({ ...score(0, 0, 0), f1: null }, score(0.9, 0.8, 1)), null);
});

test('a set is scored on its own labels against the same labels at home; one that is not at hand is reported', async () => {
  const notices: string[] = [];
  const probe = {
    ...{ labels: LABELS, seed: 1, onNotice: (notice: string) => notices.push(notice) },
    find: async (sentences: readonly { text: string }[]) => sentences.map(() => []),
    home: { sentences: [ANNA, BOB], found: [ANNA.spans, []] },
  };
  const [genres, ...rest] = await scoreSets([writtenSet('genres', 'en'), writtenSet('none', 'en')], probe);
  assert.equal(rest.length, 0);
  assert.deepEqual(notices, ['none: not at hand']);
  // At home two of three mentions are found: F1 0.8.
  assert.ok(Math.abs(genres.change!.difference + 0.8) < 1e-9, JSON.stringify(genres.change));
  const [row] = setScoreRows([genres], LABELS);
  assert.deepEqual(
    [row.set, row.genre, row.masked, row['recall (%)']],
    ['genres', 'written for the project', 0, 0],
  );
});

test('columns of a record have their names in CoNLL-2003, and others a number', () => {
  const tags = ['O', 'B-PER'];
  const columns = (record: string[][]) =>
    recordRows(record, tags).map(({ column, values }) => [column, values]);
  assert.deepEqual(
    columns([
      ['Anna', 'left'],
      ['NNP', 'VBD'],
      ['B-NP', 'B-VP'],
      ['B-PER', 'O'],
    ]).slice(1),
    [
      ['pos_tags', 'NNP VBD'],
      ['chunk_tags', 'B-NP B-VP'],
      ['ner_tags', 'B-PER O'],
      ['ner_tags as integers', '1 0'],
    ],
  );
  assert.deepEqual(
    columns([['Anna'], ['x'], ['B-PER']]).map(([name]) => name),
    ['tokens', 'column 2', 'ner_tags', 'ner_tags as integers'],
  );
});

test('universities are tabled by sentence, stem, letters and country; failures are drawn with the seed', async () => {
  const find = async (sentences: readonly { text: string }[]) =>
    sentences.map(({ text }) => {
      const start = text.indexOf('ETH');
      return start < 0 ? [] : [{ start, end: start + 3, label: 'ORG' }];
    });
  const universities = [
    { country: 'CH', name: 'ETH' },
    { country: 'DE', name: 'Universität Köln' },
  ];
  const probe = await probeUniversities(universities, find);
  assert.equal(exactShare(probe), 0.5);
  const { 'By sentence': _, ...tables } = universityTables(probe, 1);
  assert.deepEqual(
    Object.values(tables).map((rows) => rows.map(({ group, sentences: count }) => [group, count])),
    [
      [['all', 10]],
      [
        ['without', 5],
        ['with univers-, univerz-, uniwers- or üniversit-', 5],
      ],
      [
        ['ASCII', 5],
        ['other letters', 5],
      ],
      [
        ['CH', 5],
        ['DE', 5],
      ],
    ],
  );
  const [exact] = outcomeBars(probe);
  assert.deepEqual([exact.name, Object.values(exact.values)], ['exact', [1, 1, 1, 1, 1]]);
  const failed = failedCases(probe, 3, 1);
  assert.deepEqual(
    failed.map(({ note }) => note),
    Array(3).fill('missed, DE'),
  );
  assert.deepEqual(failedCases(probe, 3, 1), failed);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FOUR } from '../foundation/labels.fixture';
import { scoreSpans } from '../tasks';
import { classConfusion, compareMentions, countOutcomes } from './errors';
import { readFixture, sentence, span } from './gold.fixture';
import {
  MATCH_FAMILIES,
  type MatchFamily,
  type PartialMatchScores,
  scorePartialMatches,
} from './partial-match';

type Numbers = [number, number, number, number, number, number, number, number];
type Families = Record<'strict' | 'exact' | 'ent_type' | 'partial', Numbers>;
type PlainSpan = [number, number, 'A' | 'B' | 'C'];

interface Case {
  gold: PlainSpan[][];
  predicted: PlainSpan[][];
  overall: Families;
  byClass: Record<string, Families>;
}

const CLASS_OF = { A: 'Cell', B: 'Cell Line', C: 'Organ Tissue' } as const;
const ALL = [...FOUR];
const toSpan = ([start, end, label]: PlainSpan) => span(start, end, CLASS_OF[label]);
const inSentences = (lists: PlainSpan[][]) =>
  lists.map((spans) => ({ ...sentence('x'.repeat(20), [], ALL), spans: spans.map(toSpan) }));

function assertEqual(scores: PartialMatchScores, expected: Families): void {
  for (const family of MATCH_FAMILIES) {
    const score = scores[family];
    const [correct, incorrect, partial, missed, spurious, precision, recall, f1] =
      expected[family === 'type' ? 'ent_type' : family];
    assert.deepEqual(
      [family, score.correct, score.incorrect, score.partial, score.missed, score.spurious],
      [family, correct, incorrect, partial, missed, spurious],
    );
    // 0 divided by 0 is 0 in nervaluate, null here.
    const close = (value: number | null, other: number) => assert.ok(Math.abs((value ?? 0) - other) < 1e-12);
    close(score.precision, precision);
    close(score.recall, recall);
    close(score.f1, f1);
  }
}

test('counts and scores equal those of nervaluate if predictions do not overlap each other', () => {
  const cases = readFixture<Case[]>('nervaluate.json');
  assert.equal(cases.length, 250);
  for (const { gold, predicted, ...expected } of cases) {
    const { overall, byClass } = scorePartialMatches(
      inSentences(gold),
      predicted.map((spans) => spans.map(toSpan)),
    );
    assertEqual(overall, expected.overall);
    for (const [label, families] of Object.entries(expected.byClass)) {
      assertEqual(byClass[CLASS_OF[label as 'A']], families);
    }
  }
});

const anySpan = fc
  .tuple(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 1, max: 5 }), fc.constantFrom('A', 'B', 'C'))
  .map(([start, length, label]) => [start, start + length, label] as PlainSpan);
const anySpans = fc.uniqueArray(anySpan, { maxLength: 6, selector: String });

test('with any overlaps, every mention counts once, and strict matches equal those of the strict scores', () => {
  fc.assert(
    fc.property(anySpans, anySpans, (gold, predicted) => {
      const sentences = inSentences([gold]);
      const spans = predicted.map(toSpan);
      const { overall } = scorePartialMatches(sentences, [spans]);
      for (const family of MATCH_FAMILIES) {
        const { correct, incorrect, partial, missed, spurious } = overall[family as MatchFamily];
        assert.equal(correct + incorrect + partial + missed, gold.length);
        assert.equal(correct + incorrect + partial + spurious, predicted.length);
      }
      const hits = Object.values(scoreSpans(sentences, [spans])).map(({ truePositives }) => truePositives);
      assert.equal(
        overall.strict.correct,
        hits.reduce((sum, count) => sum + count, 0),
      );
      assert.deepEqual(scorePartialMatches(sentences, [[...spans].reverse()]).overall, overall);

      const compared = compareMentions(sentences, [spans]);
      assert.equal(compared.filter((mention) => mention.gold).length, gold.length);
      assert.equal(compared.filter((mention) => mention.predicted).length, predicted.length);
      assert.equal(compared.filter(({ outcome }) => outcome === 'correct').length, overall.strict.correct);
    }),
    { seed: 3, numRuns: 500 },
  );
});

test('each kind of error is recognized', () => {
  const gold = [
    sentence(
      't cells of the liver and hela',
      [
        [0, 7, 'Cell'],
        [15, 20, 'Organ Tissue'],
        [25, 29, 'Cell Line'],
      ],
      ['Cell', 'Cell Line', 'Organ Tissue'],
    ),
    sentence('b cells', [[0, 7, 'Cell']], ['Cell']),
  ];
  const compared = compareMentions(gold, [
    [span(2, 7, 'Cell'), span(25, 29, 'Cell'), span(8, 10, 'Cell'), span(0, 1, 'Gene Mutations')],
    [span(0, 7, 'Cell'), span(0, 7, 'Cell Line')],
  ]);
  assert.deepEqual(
    compared.map(({ outcome, sentence: index, gold: right, predicted }) => [
      outcome,
      index,
      right?.start,
      predicted?.start,
    ]),
    [
      ['wrong border', 0, 0, 2],
      ['spurious', 0, undefined, 8],
      ['missed', 0, 15, undefined],
      ['wrong class', 0, 25, 25],
      ['correct', 1, 0, 0],
    ],
  );
  const counts = countOutcomes(compared, FOUR);
  assert.deepEqual(counts.Cell, { correct: 1, 'wrong border': 1, 'wrong class': 0, missed: 0, spurious: 1 });
  assert.equal(counts['Cell Line']['wrong class'], 1);
  const of = (label: string) => FOUR.indexOf(label);
  const matrix = classConfusion(compared, FOUR);
  assert.equal(matrix[of('Cell')][of('Cell')], 2);
  assert.equal(matrix[of('Cell Line')][of('Cell')], 1);
  assert.equal(matrix[of('Organ Tissue')][4], 1);
  assert.equal(matrix[4][of('Cell')], 1);
});

test('a missed mention inside a correct one of another class counts as missed, not as wrong class', () => {
  const nested = sentence(
    'liver cells',
    [
      [0, 5, 'Organ Tissue'],
      [0, 11, 'Cell'],
    ],
    ['Cell', 'Organ Tissue'],
  );
  const compared = compareMentions([nested], [[span(0, 11, 'Cell')]]);
  assert.deepEqual(compared.map(({ outcome }) => outcome).sort(), ['correct', 'missed']);
});

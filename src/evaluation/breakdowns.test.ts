import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scoreSpans } from '../tasks';
import { byCorpus, byLength, bySection, bySeen, scoreByGroup } from './breakdowns';
import { sentence, span } from './gold.fixture';

const gold = [
  { ...sentence('t cells of the  liver', [[0, 7, 'Cell']], ['Cell']), section: 'Results > T cells' },
  { ...sentence('B cells', [[0, 7, 'Cell']], ['Cell']), section: '3. Materials and methods' },
  { ...sentence('macrophages', [[0, 11, 'Cell']], ['Cell']), section: 'Funding' },
];
const predicted = [
  [span(0, 7, 'Cell'), span(11, 21, 'Cell'), span(11, 21, 'Organ Tissue')],
  [span(2, 7, 'Cell')],
  [span(0, 11, 'Cell')],
];

const counts = (...grouping: Parameters<typeof scoreByGroup>) =>
  scoreByGroup(...grouping).map(({ group, scores: { Cell } }) => [
    group,
    Cell.truePositives,
    Cell.falsePositives,
    Cell.falseNegatives,
  ]);

test('gold mentions and predictions each count in their own group; unknown classes are not counted', () => {
  assert.deepEqual(counts(gold, predicted, byLength), [
    ['1 word', 1, 1, 0],
    ['2 words', 1, 1, 1],
  ]);
  assert.deepEqual(counts(gold, predicted, byCorpus(['one', 'two', 'one'])), [
    ['one', 2, 1, 0],
    ['two', 0, 1, 1],
  ]);
  assert.deepEqual(counts(gold, predicted, bySection), [
    ['Results', 1, 1, 0],
    ['Methods', 0, 1, 1],
    ['Other', 1, 0, 0],
  ]);
});

test('a mention is seen if training has it in the same class, ignoring case and spacing', () => {
  const training = [
    sentence('T  Cells', [[0, 8, 'Cell']], ['Cell']),
    sentence('macrophages', [[0, 11, 'Cell Line']], ['Cell Line']),
    sentence('B cells', [], ['Cell']),
  ];
  assert.deepEqual(counts(gold, predicted, bySeen(training)), [
    ['seen in training', 1, 0, 0],
    ['unseen', 1, 2, 1],
  ]);
});

test('the counts of the groups add up to the total', () => {
  const whole = scoreSpans(gold, predicted).Cell;
  for (const grouping of [byLength, bySection, byCorpus(['a', 'b', 'c']), bySeen([])]) {
    const groups = scoreByGroup(gold, predicted, grouping).map(({ scores }) => scores.Cell);
    const sum = (key: 'truePositives' | 'falsePositives' | 'falseNegatives') =>
      groups.reduce((total, score) => total + score[key], 0);
    assert.deepEqual(
      [sum('truePositives'), sum('falsePositives'), sum('falseNegatives')],
      [whole.truePositives, whole.falsePositives, whole.falseNegatives],
    );
  }
});

test('the number of prediction lists must equal the number of sentences', () => {
  assert.throws(() => scoreByGroup(gold, [], byLength), /0 lists of predicted spans for 3 sentences/);
});

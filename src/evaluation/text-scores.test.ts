import assert from 'node:assert/strict';
import { test } from 'node:test';
import { confidentMistakes } from './confident-mistakes';
import { readFixture } from './gold.fixture';
import { macroAuc, rocCurves } from './roc';
import { answersOf } from './text-answers.fixture';
import { textReliability } from './text-calibration';
import { wilsonInterval } from './wilson';

interface Scored {
  gold: number[];
  probabilities: number[][];
}
interface Curve {
  falsePositiveRate: number[];
  truePositiveRate: number[];
  auc: number;
  positives: number;
}

const LABELS = ['cell', 'gene', 'organ'];
const fixture = readFixture<{
  roc: (Scored & { curves: Record<string, Curve>; macro: number })[];
  calibration: (Scored & { shares: number[]; means: number[]; counts: number[]; ece: number })[];
  wilson: { right: number; total: number; interval: [number, number] }[];
}>('text-scores.json');

function assertClose(values: ArrayLike<number>, others: ArrayLike<number>): void {
  assert.equal(values.length, others.length);
  for (let index = 0; index < others.length; index++)
    assert.ok(Math.abs(values[index] - others[index]) < 1e-12, `${values[index]}, not ${others[index]}`);
}

test('ROC curves and their areas equal those of scikit-learn, with and without ties', () => {
  for (const { gold, probabilities, curves, macro } of fixture.roc) {
    const found = rocCurves(answersOf(LABELS, gold, probabilities), LABELS);
    for (const label of LABELS) {
      const { falsePositiveRate, truePositiveRate, auc, positives, negatives } = found[label]!;
      assertClose(falsePositiveRate, curves[label].falsePositiveRate);
      assertClose(truePositiveRate, curves[label].truePositiveRate);
      assertClose([auc], [curves[label].auc]);
      assert.deepEqual([positives, negatives], [curves[label].positives, gold.length - positives]);
    }
    assertClose([macroAuc(found)!], [macro]);
  }
});

test('a label that no text or every text has, or that the classifier does not know, has no curve', () => {
  const answers = answersOf(
    ['all', 'none'],
    [0, 0],
    [
      [0.9, 0.1],
      [0.4, 0.6],
    ],
  );
  const curves = rocCurves(answers, ['all', 'none', 'unheard of']);
  assert.deepEqual(curves, { all: null, none: null, 'unheard of': null });
  assert.equal(macroAuc(curves), null);
  const { gold, probabilities } = fixture.roc[0];
  const { cell } = rocCurves(answersOf(LABELS, gold, probabilities), LABELS);
  assert.equal(macroAuc({ ...curves, cell }), cell!.auc);
  // Texts have a label that the classifier never gives.
  const unheard = answers.map((answer) => ({ ...answer, gold: ['unheard of'] }));
  assert.equal(rocCurves(unheard, ['unheard of'])['unheard of'], null);
});

test('calibration of the predicted labels equals that of scikit-learn', () => {
  for (const { gold, probabilities, shares, means, counts, ece } of fixture.calibration) {
    const { bins, expectedCalibrationError } = textReliability(answersOf(LABELS, gold, probabilities))!;
    assertClose(
      bins.map(({ share }) => share),
      shares,
    );
    assertClose(
      bins.map(({ meanProbability }) => meanProbability),
      means,
    );
    assert.deepEqual(
      bins.map(({ count }) => count),
      counts,
    );
    assertClose([expectedCalibrationError], [ece]);
  }
  assert.equal(textReliability([]), null);
  const several = { gold: ['cell'], given: [], ranked: [{ label: 'cell', score: 0.2 }] };
  assert.throws(() => textReliability([several]), /one label/);
});

test('the mistakes with the highest probability come first', () => {
  const probabilities = [
    [0.8, 0.1, 0.1],
    [0.1, 0.6, 0.3],
    [0.05, 0.05, 0.9],
    [0.7, 0.2, 0.1],
  ];
  const answers = answersOf(LABELS, [1, 0, 0, 0], probabilities);
  const texts = ['first', 'second', 'third', 'fourth'].map((text) => ({ text }));
  assert.deepEqual(confidentMistakes(texts, answers, 2), [
    { index: 2, text: 'third', gold: 'cell', given: 'organ', probability: 0.9 },
    { index: 0, text: 'first', gold: 'gene', given: 'cell', probability: 0.8 },
  ]);
  assert.equal(confidentMistakes(texts, answers, 20).length, 3);
  assert.throws(() => confidentMistakes(texts.slice(1), answers, 2), /3 texts and 4 answers/);
});

test("Wilson's interval equals that of statsmodels", () => {
  for (const { right, total, interval } of fixture.wilson)
    assertClose(wilsonInterval(right, total)!, interval);
  assert.deepEqual([wilsonInterval(0, 20)![0], wilsonInterval(20, 20)![1]], [0, 1]);
  assert.equal(wilsonInterval(0, 0), null);
  assert.throws(() => wilsonInterval(2, 1), /2 right of 1/);
});

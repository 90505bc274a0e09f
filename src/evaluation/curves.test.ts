import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scoreTokens, type TokenOutcomes } from '../tasks';
import { bestThreshold, precisionRecallCurve, reliability } from './curves';
import { readFixture } from './gold.fixture';

interface Case {
  gold: number[];
  probabilities: number[];
  precision: number[];
  recall: number[];
  thresholds: number[];
  averagePrecision: number;
  binShares: number[];
  binMeans: number[];
  binCounts: number[];
  ece: number;
  mcc: number;
}

const cases = readFixture<Case[]>('curves.json');

function outcomesOf({ gold, probabilities }: Pick<Case, 'gold' | 'probabilities'>): TokenOutcomes {
  return {
    probabilities: Float64Array.from(probabilities),
    inside: Uint8Array.from(gold),
    ends: Int32Array.of(gold.length),
  };
}

function assertClose(values: ArrayLike<number>, others: readonly number[]): void {
  assert.equal(values.length, others.length);
  others.forEach((other, index) => {
    assert.ok(Math.abs(values[index] - other) < 1e-12, `${index}`);
  });
}

const f1At = (one: TokenOutcomes, threshold: number) =>
  scoreTokens({ Cell: one, 'Cell Line': one, 'Gene Mutations': one, 'Organ Tissue': one }, threshold).Cell;

test('precision-recall curves, reliability and correlation equal those of scikit-learn', () => {
  assert.equal(cases.length, 24);
  for (const one of cases) {
    const outcomes = outcomesOf(one);
    const curve = precisionRecallCurve(outcomes)!;
    assertClose(curve.precision, one.precision);
    assertClose(curve.recall, one.recall);
    assert.deepEqual([...curve.thresholds], one.thresholds);
    assertClose([curve.averagePrecision], [one.averagePrecision]);
    const { bins, expectedCalibrationError } = reliability(outcomes)!;
    assertClose(
      bins.map(({ share }) => share),
      one.binShares,
    );
    assertClose(
      bins.map(({ meanProbability }) => meanProbability),
      one.binMeans,
    );
    assert.deepEqual(
      bins.map(({ count }) => count),
      one.binCounts,
    );
    assertClose([expectedCalibrationError], [one.ece]);
    // With all or no tokens predicted, the correlation is undefined; scikit-learn gives 0.
    assertClose([f1At(outcomes, 0.4).mcc ?? 0], [one.mcc]);
  }
});

test('no threshold has a higher F1 than the tuned one', () => {
  for (const one of cases) {
    const outcomes = outcomesOf(one);
    const best = f1At(outcomes, bestThreshold(outcomes)!).f1!;
    for (const threshold of [0, ...one.probabilities]) assert.ok(f1At(outcomes, threshold).f1! <= best);
  }
});

test('without gold there is no curve and no threshold; without tokens no calibration', () => {
  const none = outcomesOf({ gold: [0, 0], probabilities: [0.2, 0.9] });
  assert.equal(precisionRecallCurve(none), null);
  assert.equal(bestThreshold(none), null);
  assert.equal(reliability(none)!.bins.length, 2);
  assert.equal(reliability(outcomesOf({ gold: [], probabilities: [] })), null);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../foundation';
import { readFixture } from './gold.fixture';
import { certainAnswers } from './text-answers.fixture';
import { compareTexts } from './text-comparison';

interface Score {
  difference: number;
  p: number;
}

const LABELS = ['cell', 'gene', 'organ'];
const { comparison } = readFixture<{
  comparison: { gold: number[]; first: number[]; second: number[]; accuracy: Score; macroF1: Score }[];
}>('text-scores.json');

test("p-values approach SciPy's, which enumerates all permutations; differences equal scikit-learn's", () => {
  for (const { gold, first, second, accuracy, macroF1 } of comparison) {
    const resamples = 20_000;
    const [one, other] = [certainAnswers(LABELS, gold, first), certainAnswers(LABELS, gold, second)];
    const found = compareTexts(one, other, { resamples, seed: 3 });
    for (const [own, expected] of [
      [found.accuracy, accuracy],
      [found.macroF1!, macroF1],
    ] as const) {
      assert.ok(Math.abs(own.difference - expected.difference) < 1e-12);
      const error = Math.sqrt((expected.p * (1 - expected.p)) / resamples) + 1 / resamples;
      assert.ok(Math.abs(own.p - expected.p) < 4 * error, `${own.p} instead of ${expected.p}`);
      assert.ok(own.interval![0] <= own.difference && own.difference <= own.interval![1]);
    }
    // For accuracy, exchanging answers is McNemar's null hypothesis, so the exact p-values are equal.
    assert.ok(Math.abs(found.mcnemar.p - accuracy.p) < 1e-12);
    const turned = compareTexts(other, one, { resamples, seed: 3 });
    assert.ok(Math.abs(turned.macroF1!.difference + macroF1.difference) < 1e-12);
    assert.deepEqual([turned.accuracy.p, turned.macroF1!.p], [found.accuracy.p, found.macroF1!.p]);
  }
});

/** Answers over 60 labels of a classifier that is right with the probability `skill`. */
function simulate(gold: readonly number[], skill: number, seed: number) {
  const random = createRandom(seed);
  return gold.map((label) => (random.next() < skill ? label : random.below(60)));
}

test('the interval of a difference is narrow for classifiers that err on the same texts', () => {
  const labels = Array.from({ length: 60 }, (_, index) => `label ${index}`);
  const random = createRandom(5);
  const gold = Array.from({ length: 600 }, () => random.below(60));
  const base = simulate(gold, 0.7, 1);
  const improved = base.map((label, text) => (text % 20 === 0 ? gold[text] : label));
  const compare = (first: number[], second: number[]) =>
    compareTexts(certainAnswers(labels, gold, first), certainAnswers(labels, gold, second), {
      resamples: 300,
      seed: 1,
    });
  const width = ({ interval }: { interval: [number, number] | null }) => interval![1] - interval![0];
  const alike = compare(improved, base);
  const apart = compare(simulate(gold, 0.72, 2), base);
  assert.ok(width(alike.accuracy) < width(apart.accuracy) / 2);
  assert.ok(width(alike.macroF1!) < width(apart.macroF1!) / 2);
  assert.ok(alike.accuracy.difference > 0 && alike.mcnemar.secondAlone === 0 && alike.mcnemar.p < 0.05);
  const same = compare(base, base);
  assert.deepEqual([same.accuracy, same.macroF1], Array(2).fill({ difference: 0, interval: [0, 0], p: 1 }));
});

test('answers to other texts, or to none, are refused', () => {
  const answers = certainAnswers(LABELS, [0, 1], [0, 1]);
  const options = { seed: 1, resamples: 10 };
  assert.throws(() => compareTexts(answers, answers.slice(1), options), /different texts/);
  assert.throws(() => compareTexts(answers.slice(1), answers, options), /different texts/);
  assert.throws(() => compareTexts(answers, answers.toReversed(), options), /different texts/);
  assert.throws(() => compareTexts([], [], options), /no text/);
});

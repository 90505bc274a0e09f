import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../foundation';
import { scoreTexts } from '../tasks';
import { detailTexts, textIntervals } from './classification';
import { mcnemarTest } from './mcnemar';

interface Case {
  labels: string[];
  gold: string[][];
  given: string[][];
  accuracy: number;
  report: Record<string, { precision: number; recall: number; f1: number; support: number }>;
}

const fixture = JSON.parse(
  readFileSync(join(projectRoot, 'src', 'evaluation', 'fixtures', 'classification.json'), 'utf8'),
) as { one: Case[]; several: Case; mcnemar: { pair: [number, number]; p: number }[] };

/** A classifier that gives the logits of the case. */
function reportOf({ labels, gold, given }: Case, outcome: 'one' | 'several') {
  const logits = given.map((own) => Float32Array.from(labels, (label) => (own.includes(label) ? 2 : -2)));
  const texts = gold.map((own) => ({ text: 'x', labels: own, several: outcome === 'several' }));
  return scoreTexts(texts, logits, { labels, outcome, threshold: 0.5 });
}

function close(found: number | null, expected: number, what: string): void {
  assert.ok(Math.abs((found ?? 0) - expected) < 1e-12, `${what}: ${found} instead of ${expected}`);
}

for (const [name, own, outcome] of [
  ['one label of four, some texts with an unknown label', fixture.one[0], 'one'],
  ['one label of three, unknown labels', fixture.one[1], 'one'],
  ['several labels', fixture.several, 'several'],
] as const)
  test(`scores equal scikit-learn's: ${name}`, () => {
    const report = reportOf(own, outcome);
    const { averages } = detailTexts(report, { seed: 1, resamples: 10 });
    close(report.accuracy, own.accuracy, 'accuracy');
    close(report.macroF1, own.report['macro avg'].f1, 'macro F1');
    for (const key of ['precision', 'recall', 'f1'] as const) {
      close(averages.macro[key], own.report['macro avg'][key], `macro ${key}`);
      close(averages.weighted[key], own.report['weighted avg'][key], `weighted ${key}`);
      for (const label of own.labels)
        close(report.labels[label][key], own.report[label][key], `${key} of ${label}`);
    }
    for (const label of own.labels) assert.equal(report.labels[label].support, own.report[label].support);
  });

test('the confusions add up to the errors, including unknown labels', () => {
  const report = reportOf(fixture.one[1], 'one');
  const { confusions } = detailTexts(report, { seed: 1, resamples: 10 });
  const mistakes = confusions.reduce((sum, { texts }) => sum + texts, 0);
  assert.equal(mistakes, Math.round((1 - report.accuracy) * report.texts));
  assert.ok(confusions.some(({ gold }) => gold === 'rate' || gold === 'unheard of'));
  for (const [index, { texts }] of confusions.entries())
    assert.ok(index === 0 || texts <= confusions[index - 1].texts);
  const unknown = confusions.filter(({ gold }) => !fixture.one[1].labels.includes(gold));
  const counted = Object.values(report.unknown).reduce((sum, count) => sum + count, 0);
  assert.equal(
    unknown.reduce((sum, { texts }) => sum + texts, 0),
    counted,
  );
});

test('intervals contain the score, narrow with more texts, and are reproducible with a seed', () => {
  const { answers, accuracy, macroF1 } = reportOf(fixture.one[0], 'one');
  const [ofAccuracy, ofMacroF1] = textIntervals(answers, { seed: 3 });
  assert.ok(ofAccuracy![0] < accuracy && accuracy < ofAccuracy![1]);
  assert.ok(ofMacroF1![0] < macroF1 && macroF1 < ofMacroF1![1]);
  const [wider] = textIntervals(answers.slice(0, 15), { seed: 3 });
  assert.ok(wider![1] - wider![0] > ofAccuracy![1] - ofAccuracy![0]);
  assert.deepEqual(textIntervals(answers, { seed: 3 }), [ofAccuracy, ofMacroF1]);
  // The normal approximation for a proportion of 60 texts.
  const half = 1.96 * Math.sqrt((accuracy * (1 - accuracy)) / 60);
  assert.ok(Math.abs(ofAccuracy![1] - ofAccuracy![0] - 2 * half) < 0.05);
});

test("McNemar's exact p equals that of SciPy's binomial test", () => {
  for (const {
    pair: [firstAlone, secondAlone],
    p,
  } of fixture.mcnemar) {
    const both = [true, false, true, false];
    const first = [...both, ...new Array(firstAlone).fill(true), ...new Array(secondAlone).fill(false)];
    const second = [...both, ...new Array(firstAlone).fill(false), ...new Array(secondAlone).fill(true)];
    const found = mcnemarTest(first, second);
    assert.deepEqual([found.firstAlone, found.secondAlone], [firstAlone, secondAlone]);
    assert.ok(Math.abs(found.p - p) < 1e-9 * Math.max(p, 1e-3), `${found.p} instead of ${p}`);
  }
  assert.throws(() => mcnemarTest([true], []), /a paired test needs the same/);
});

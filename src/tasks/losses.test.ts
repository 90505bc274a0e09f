import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../foundation';
import { FOUR } from '../foundation/labels.fixture';
import { download, livingTensors, tidy, upload } from '../nn';
import { BIO } from '../tokenization/tag-set.fixture';
import { createLoss, type LossName } from './losses';

interface Case {
  loss: LossName;
  focalGamma: number;
  labelSmoothing: number;
  weights: number[];
  value: number;
  gradient: number[];
}

const fixture = JSON.parse(
  readFileSync(join(projectRoot, 'src', 'training', 'fixtures', 'losses.json'), 'utf8'),
) as { rows: number; logits: number[]; labels: number[]; known: number[]; cases: Case[] };

for (const { weights, value, gradient, ...options } of fixture.cases) {
  test(`${options.loss} with γ ${options.focalGamma}, smoothing ${options.labelSmoothing} and weights ${weights} equals PyTorch's`, () => {
    const classWeights = Object.fromEntries(FOUR.map((label, index) => [label, weights[index]]));
    const loss = createLoss({ ...options, classWeights }, BIO);
    const known = Float32Array.from(fixture.known);
    const [found, slopes] = tidy(() => {
      const computed = loss(upload(Float32Array.from(fixture.logits), [fixture.rows, 8]), {
        labels: Float32Array.from(fixture.labels),
        known,
        knownLabels: known.filter((one) => one === 1).length,
      });
      return [download(computed.loss)[0], download(computed.gradient)] as const;
    });
    assert.ok(Math.abs(found - value) < 1e-5 * Math.max(1, value), `${found} instead of ${value}`);
    gradient.forEach((expected, index) => {
      assert.ok(Math.abs(slopes[index] - expected) < 1e-6, `${slopes[index]} instead of ${expected}`);
    });
    assert.equal(livingTensors(), 0);
  });
}

test('logits of any size give finite losses, and an unknown label has no gradient', () => {
  for (const { loss } of fixture.cases) {
    const [value, slopes] = tidy(() => {
      const computed = createLoss({ loss, focalGamma: 2, labelSmoothing: 0.1, classWeights: {} }, BIO)(
        upload(Float32Array.of(300, -300, 300, -300, 0, 0, 5, 5), [1, 8]),
        {
          labels: Float32Array.of(0, 1, 1, 0, 0, 0, 1, 0),
          known: Float32Array.of(1, 1, 1, 1, 1, 1, 0, 0),
          knownLabels: 6,
        },
      );
      return [download(computed.loss)[0], download(computed.gradient)] as const;
    });
    assert.ok(Number.isFinite(value) && slopes.every(Number.isFinite), loss);
    assert.ok(slopes[6] === 0 && slopes[7] === 0);
  }
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../../foundation';
import { download, livingTensors, tidy, upload } from '../../nn';
import type { Loss } from '../../tasks';
import { hiddenStateLoss, relationLoss } from './layer-losses';
import { softTargetLoss } from './soft-targets';

interface Expected {
  value: number;
  gradient: number[];
}
interface Compared extends Expected {
  student: number[];
  teacher: number[];
}

const { softTargets, layers } = JSON.parse(
  readFileSync(
    join(projectRoot, 'src', 'compression', 'distil', 'fixtures', 'distillation-losses.json'),
    'utf8',
  ),
) as {
  softTargets: {
    student: number[];
    teacher: number[];
    share: number[];
    cases: (Expected & { temperature: number; outcomes: number })[];
  };
  layers: {
    size: number;
    length: number;
    heads: number;
    present: number[];
    hidden: Compared;
    relations: Compared;
  };
};

function assertLoss(compute: () => Loss, { value, gradient }: Expected): void {
  const before = livingTensors();
  const found = tidy(() => {
    const { loss, gradient: slopes } = compute();
    return { value: download(loss)[0], gradient: download(slopes) };
  });
  assert.ok(Math.abs(found.value - value) < 1e-5 * Math.max(1, value), `${found.value} instead of ${value}`);
  assert.equal(found.gradient.length, gradient.length);
  gradient.forEach((slope, index) => {
    assert.ok(Math.abs(found.gradient[index] - slope) < 2e-6, `${found.gradient[index]} instead of ${slope}`);
  });
  assert.equal(livingTensors(), before);
}

for (const { temperature, outcomes, ...expected } of softTargets.cases) {
  test(`the soft-target loss at temperature ${temperature} with ${outcomes} outcomes besides "outside" equals PyTorch's`, () => {
    assertLoss(
      () =>
        softTargetLoss(
          upload(Float32Array.from(softTargets.student), [6, 8]),
          { logits: Float32Array.from(softTargets.teacher), share: Float32Array.from(softTargets.share) },
          { temperature, groups: { size: outcomes, outside: true } },
        ),
      expected,
    );
  });
}

const rows = layers.size * layers.length;
const batch = {
  size: layers.size,
  length: layers.length,
  inputIds: new Int32Array(rows),
  attentionMask: Float32Array.from(layers.present),
};
const matrix = (values: number[]) => upload(Float32Array.from(values), [rows, values.length / rows]);

test("the loss of hidden states equals PyTorch's, without padding", () => {
  const { student, teacher, ...expected } = layers.hidden;
  assertLoss(() => hiddenStateLoss(matrix(student), matrix(teacher), batch), expected);
});

test("the loss of relations equals PyTorch's for a student half as wide as its teacher", () => {
  const { student, teacher, ...expected } = layers.relations;
  assertLoss(() => relationLoss(matrix(student), matrix(teacher), batch, layers.heads), expected);
});

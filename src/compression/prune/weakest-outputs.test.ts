import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { readSafetensors } from '../../nn';
import { copyTinyBert } from '../../nn/tiny-bert.fixture';
import { withoutWeakestRows, zeroWeakestOutputs } from './weakest-outputs';

test('rows with the smallest Euclidean norms become zero, as many as the share says', () => {
  // Norms 5, 1, 4.2, 2. The third row has the smallest sum of absolute values after the second, and the second largest norm.
  const matrix = { shape: [4, 2], data: Float32Array.of(3, 4, 1, 0, 0, -4.2, Math.SQRT2, -Math.SQRT2) };
  assert.deepEqual([...withoutWeakestRows(matrix, 0.5).data], [3, 4, 0, 0, 0, Math.fround(-4.2), 0, 0]);
  assert.deepEqual(withoutWeakestRows(matrix, 0.25).data.slice(2, 4), Float32Array.of(0, 0));
  assert.equal(withoutWeakestRows(matrix, 0.25).data[6], Math.fround(Math.SQRT2));
  assert.deepEqual(withoutWeakestRows(matrix, 0).data, matrix.data);
});

test('a folder keeps embeddings, biases and head, and loses half of the outputs of every matrix of its layers', (context) => {
  const model = copyTinyBert(context);
  const out = mkdtempSync(join(tmpdir(), 'falconframes-outputs-'));
  context.after(() => rmSync(out, { recursive: true }));
  zeroWeakestOutputs(model, join(out, 'pruned'), 0.5);
  const before = readSafetensors(join(model, 'model.safetensors'));
  const after = readSafetensors(join(out, 'pruned', 'model.safetensors'));
  assert.deepEqual([...after.keys()].sort(), [...before.keys()].sort());
  let matrices = 0;
  for (const [name, { shape, data }] of after) {
    if (shape.length !== 2 || !name.includes('.layer.')) {
      assert.deepEqual(data, before.get(name)!.data, name);
      continue;
    }
    matrices++;
    const [outputs, inputs] = shape;
    const zeros = Array.from({ length: outputs }, (_, row) =>
      data.subarray(row * inputs, (row + 1) * inputs).every((value) => value === 0),
    ).filter(Boolean).length;
    assert.equal(zeros, outputs / 2, name);
  }
  assert.ok(matrices > 0);
  assert.throws(() => zeroWeakestOutputs(model, model, 0.5), /the model's own folder/);
});

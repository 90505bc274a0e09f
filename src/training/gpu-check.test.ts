import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../foundation';
import { usesGpu } from '../nn';
import * as operations from '../nn/operations';
import { computeOperations, largestErrors, OPERATION_CASES } from '../nn/operations/operations.fixture';
import { tinyBertFolder } from '../nn/tiny-bert.fixture';
import { operationsIn, TOLERANCE, trainOnce } from './gpu-check.bench';

test('every operation has a case', () => {
  const names = Object.keys(operations).filter((name) => name !== 'createChance');
  assert.deepEqual([...new Set(OPERATION_CASES.map(({ operation }) => operation))].sort(), names.sort());
});

const skip = usesGpu() && 'our own kernels are for processors';

test('composed as on a GPU, every operation gives what our own kernels give', { skip }, () => {
  const own = computeOperations(true);
  for (const { name, result, gradients } of largestErrors(own, computeOperations(false)))
    assert.ok(result < TOLERANCE && gradients < TOLERANCE, `${name}: ${result}, ${gradients}`);
  // What the check is for: an operation that is off is named.
  const wrong = own.map(({ name, values }) => ({
    name,
    values: name === 'gelu' ? values.map((array) => array.map((value) => 1.01 * value)) : values,
  }));
  const named = largestErrors(own, wrong).filter(({ result }) => result > TOLERANCE);
  assert.deepEqual(
    named.map(({ name }) => name),
    ['gelu'],
  );
});

test('a process of its own computes the same numbers, on the processor if no GPU is left to it', () => {
  const { gpu, computed } = operationsIn({ CUDA_VISIBLE_DEVICES: '-1' });
  assert.equal(gpu, false);
  assert.equal(computed.length, OPERATION_CASES.length + 1);
  if (usesGpu()) return;
  for (const { name, result, gradients } of largestErrors(computeOperations(true), computed))
    assert.ok(result < 1e-6 && gradients < 1e-6, name);
});

test('the training run reports speed and loss', async () => {
  const { tokensPerSecond, firstLoss, lastLoss } = await trainOnce(tinyBertFolder, 2);
  assert.ok(tokensPerSecond > 0 && Number.isFinite(firstLoss) && lastLoss < firstLoss);
});

test('without a GPU it says so in one sentence', {
  skip: usesGpu() && 'there is a GPU',
}, () => {
  const script = join(projectRoot, 'environment', 'gpu-check.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /^gpu-check: there is no NVIDIA GPU on this machine; .*\n$/);
});

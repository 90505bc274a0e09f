import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { InputError } from '../foundation';
import { copyTinyBert } from '../nn/tiny-bert.fixture';
import { exportToOnnx, onnxPath, quantizeFolder } from '../onnx';
import { openVariants } from './variants';

test('each file of the folder is a variant; weights are counted, memory is measured in a separate process', async (t) => {
  const folder = copyTinyBert(t);
  exportToOnnx(folder);
  const path = onnxPath(folder, { quantized: false });
  copyFileSync(path, join(folder, 'onnx', 'model_fp16.onnx'));
  const weights = readFileSync(join(folder, 'model.safetensors'));
  const header = JSON.parse(weights.subarray(8, 8 + Number(weights.readBigUInt64LE())).toString());
  rmSync(join(folder, 'model.safetensors')); // without TensorFlow, which may not be installed
  const variants = await openVariants(folder, { threads: 1 });
  assert.deepEqual(
    variants.map(({ name }) => name.split(' ').slice(1).join(' ')),
    ['ONNX fp32', 'ONNX fp16'],
  );
  const stored = Object.values(header as Record<string, { shape?: number[] }>)
    .map(({ shape = [0] }) => shape.reduce((size, extent) => size * extent, 1))
    .reduce((sum, size) => sum + size);
  const hidden = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')).hidden_size;
  // The row of `O` in the head is all zeros, not learned.
  assert.equal(variants[0].parameters, stored - (hidden + 1));
  const megabytes = await variants[0].measureMemory(['T cells grew.']);
  assert.ok(megabytes > 30 && megabytes < 1000, `${megabytes}`);
});

test('quantized variants are named after their number format', async (t) => {
  const folder = copyTinyBert(t);
  exportToOnnx(folder);
  for (const [kind, name] of [
    ['dynamic', 'int8'],
    ['4-bit', '4-bit'],
    ['fp16', 'fp16'],
  ] as const) {
    const out = join(folder, '..', name);
    quantizeFolder(folder, out, { kind });
    const [variant] = await openVariants(out, { threads: 1 });
    assert.equal(variant.name, `${name} ONNX ${name}`);
  }
});

test('a tagger with views is measured with the classes of its first one', async (t) => {
  const folder = copyTinyBert(t);
  const path = join(folder, 'config.json');
  const config = JSON.parse(readFileSync(path, 'utf8'));
  config.falconframes.views = { own: { Mutation: ['Gene Mutations'] }, other: { Cells: ['Cell'] } };
  writeFileSync(path, JSON.stringify(config));
  exportToOnnx(folder);
  const [weights, graph] = await openVariants(folder, { threads: 1 });
  for (const { tagging } of [weights, graph]) assert.deepEqual(tagging.labels, ['Mutation']);
  assert.equal(weights.parameters, graph.parameters);
  const [logits] = await graph.score([{ inputIds: Int32Array.of(2, 20, 3) }]);
  assert.equal(logits.length, 3 * 2);
  for (const { dispose } of [weights, graph]) await dispose();
});

test('a folder without a runnable model is refused', async (t) => {
  const folder = copyTinyBert(t);
  rmSync(join(folder, 'model.safetensors'));
  await assert.rejects(openVariants(folder, { threads: 1 }), InputError);
});

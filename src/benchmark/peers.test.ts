import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { InputError, projectRoot } from '../foundation';
import { copyTinyBert } from '../nn/tiny-bert.fixture';
import { tinyClassifier } from '../nn/tiny-classifier.fixture';
import { exportToOnnx, onnxPath, quantizeFolder } from '../onnx';
import { cutWindows } from '../tokenization';
import { openPeers, openTextPeers } from './peers';
import { labelOf } from './stage';
import { openTextVariants, openVariants } from './variants';

const TEXTS = [
  'T cells and liver grew.',
  'The V600E mutation of BRAF in HeLa cells was not seen in the liver of mice.',
];
const installed = existsSync(join(projectRoot, '.falconframes', 'bench-python', 'complete'));

test('PyTorch, ONNX Runtime in Python and transformers.js give our mentions', {
  skip: installed ? false : 'the Python environment of the benchmarks was never installed',
}, async (t) => {
  const folder = copyTinyBert(t);
  exportToOnnx(folder);
  quantizeFolder(folder);
  const peers = await openPeers(folder, { threads: 1 });
  t.after(peers.end);
  rmSync(join(folder, 'model.safetensors')); // without TensorFlow, which may not be installed
  const [fp32, int8] = await openVariants(folder, { threads: 1 });
  const windows = (await fp32.tokenizer.encode(TEXTS)).flatMap((encoded) =>
    cutWindows(encoded, fp32.tokenizer, fp32.tagging.maximumLength),
  );
  const expected = { fp32: await fp32.score(windows), int8: await int8.score(windows) };
  assert.equal(peers.variants.length, 6);
  for (const { name, score, untrained, measureMemory, messageMs, parameters } of peers.variants) {
    const found: Float32Array[] = [];
    // One at a time: the range of quantized activations depends on the batch.
    for (const window of windows) found.push(...(await score([window])));
    assert.deepEqual(
      found.map(({ length }) => length),
      expected.fp32.map(({ length }) => length),
      name,
    );
    assert.ok(messageMs!() > 0 && parameters > 0);
    assert.ok((await measureMemory([])) > 20, name);
    if (untrained || name.endsWith('dynamic int8')) continue; // rounds differently
    const [reference, tolerance] = name.endsWith('fp32') ? [expected.fp32, 1e-4] : [expected.int8, 1e-2];
    found.forEach((logits, window) => {
      logits.forEach((logit, index) => {
        assert.ok(Math.abs(logit - reference[window][index]) < tolerance, name);
      });
    });
  }
});

test('PyTorch and ONNX Runtime in Python give the labels of a text classifier', {
  skip: installed ? false : 'the Python environment of the benchmarks was never installed',
}, async (t) => {
  const folder = tinyClassifier(t, { labels: ['a', 'b', 'c'] });
  exportToOnnx(folder);
  quantizeFolder(folder);
  const peers = await openTextPeers(folder, { threads: 1 });
  t.after(peers.end);
  const own = await openTextVariants(folder, { threads: 1, onnxOnly: true });
  t.after(() => Promise.all(own.map(({ dispose }) => dispose())));
  assert.equal(peers.variants.length, 4);
  for (const variant of peers.variants) {
    const [fp32, int8] = own;
    const [reference, tolerance] = variant.name.endsWith('fp32')
      ? [fp32, 1e-5]
      : [int8, variant.name.endsWith('dynamic int8') ? 0.1 : 1e-2]; // PyTorch rounds differently
    for (const text of TEXTS) {
      const [found, expected] = [await labelOf(variant, text), await labelOf(reference, text)];
      if (tolerance < 0.1) assert.equal(found.label, expected.label, variant.name);
      assert.ok(Math.abs(found.score - expected.score) < tolerance, variant.name);
    }
    assert.ok((await variant.measureMemory(TEXTS)) > 20, variant.name);
  }
});

test('a folder without weights is refused for PyTorch', async (t) => {
  const folder = copyTinyBert(t);
  exportToOnnx(folder);
  rmSync(join(folder, 'model.safetensors'));
  assert.ok(existsSync(onnxPath(folder, { quantized: false })));
  await assert.rejects(openPeers(folder, { threads: 1 }), InputError);
});

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { InputError } from '../foundation';
import { copyTinyBert, largestDifference } from '../nn/tiny-bert.fixture';
import { exportToOnnx, onnxPath, quantizeFolder } from '../onnx';
import { cutWindows, Tokenizer } from '../tokenization';
import { openModel } from './open-model';

test('a folder without weights is scored with its ONNX file, preferring fp32', async (t) => {
  const folder = copyTinyBert(t);
  exportToOnnx(folder);
  quantizeFolder(folder);
  rmSync(join(folder, 'model.safetensors'));
  const tokenizer = new Tokenizer(folder);
  const [encoded] = await tokenizer.encode(['T cells grew.']);
  const windows = cutWindows(encoded, tokenizer, 64);
  const logitsOf = async () => {
    const { score, dispose } = await openModel(folder);
    const [logits] = await score(windows);
    dispose();
    return [...logits];
  };
  const fp32 = await logitsOf();
  assert.equal(fp32.length, windows[0].inputIds.length * 8);
  rmSync(onnxPath(folder, { quantized: false }));
  const difference = largestDifference(await logitsOf(), fp32);
  assert.ok(difference > 1e-5 && difference < 0.5, `${difference}`);
  rmSync(join(folder, 'onnx'), { recursive: true });
  await assert.rejects(openModel(folder), InputError);
});

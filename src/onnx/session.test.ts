import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { InputError } from '../foundation';
import { openModel } from '../inference';
import { readConfiguration, readSafetensors, savedLabels, writeSafetensors } from '../nn';
import { copyTinyBert, tinyBertExample } from '../nn/tiny-bert.fixture';
import { outputNames, type Window } from '../tokenization';
import { encodeAsOnnx, exportToOnnx } from './export';
import { quantizeFolder } from './quantize/quantize';
import { openFolderScorer, openOnnxScorer } from './session';
import { labelLogits } from './session-scorer';

const windowOf = (ids: number[]): Window => ({
  inputIds: Int32Array.from(ids),
  first: 0,
  last: ids.length - 2,
  ownedFrom: 0,
  ownedTo: ids.length - 2,
});

test("a window's logits equal those of PyTorch without the column O, in any batch", async (t) => {
  const { score } = await openOnnxScorer(exportToOnnx(copyTinyBert(t)), { threads: 1 });
  const { input_ids, attention_mask, logits } = tinyBertExample();
  // The second row with its padding removed; the first has token types, which windows do not.
  const length = attention_mask[1].indexOf(0);
  const expected = logits[1].slice(0, length).flatMap((row) => row.slice(1));
  const window = windowOf(input_ids[1].slice(0, length));
  const others = Array.from({ length: 400 }, (_, index) => windowOf(input_ids[0].slice(0, 2 + (index % 11))));
  const alone = (await score([window]))[0];
  const inCompany = (await score([...others, window, ...others]))[others.length];
  for (const scored of [alone, inCompany]) {
    assert.equal(scored.length, expected.length);
    scored.forEach((logit, index) => {
      assert.ok(Math.abs(logit - expected[index]) < 1e-5, `${logit} against ${expected[index]}`);
    });
  }
  assert.deepEqual(await score([]), []);
});

test("an int8 file's logits are bit-identical in any batch", async (t) => {
  const folder = copyTinyBert(t);
  exportToOnnx(folder);
  const { score } = await openOnnxScorer(quantizeFolder(folder), { threads: 1 });
  const { input_ids } = tinyBertExample();
  const windows = Array.from({ length: 40 }, (_, index) =>
    windowOf(input_ids[index % 2].slice(index % 5, 8)),
  );
  const together = await score(windows);
  for (const [index, window] of windows.entries())
    assert.deepEqual((await score([window]))[0], together[index]);
});

test('a missing and a damaged file are reported', async (t) => {
  const folder = copyTinyBert(t);
  await assert.rejects(openOnnxScorer(join(folder, 'no.onnx')), InputError);
  const damaged = join(folder, 'damaged.onnx');
  writeFileSync(damaged, 'not protobuf at all');
  await assert.rejects(openOnnxScorer(damaged), InputError);
});

test('labels in another order are matched by name, from a file and from weights', async (t) => {
  const window = windowOf(tinyBertExample().input_ids[0].slice(0, 6));
  const folder = copyTinyBert(t);
  const scoresOf = async (model: string | Uint8Array) => {
    const { score, dispose } = await openFolderScorer(folder, model);
    const [scores] = await score([window]);
    await dispose();
    const names = outputNames(readConfiguration(folder));
    const ofName = (name: string) => scores.filter((_, at) => at % names.length === names.indexOf(name));
    return [...names].sort().map((name) => [name, ofName(name)]);
  };
  const expected = await scoresOf(encodeAsOnnx(folder));
  const path = join(folder, 'model.safetensors');
  const tensors = readSafetensors(path);
  const order = [4, 0, 8, 1, 7, 2, 6, 3, 5];
  for (const name of ['classifier.weight', 'classifier.bias']) {
    const { shape, data } = tensors.get(name)!;
    const width = data.length / shape[0];
    const rows = order.flatMap((row) => [...data.subarray(row * width, (row + 1) * width)]);
    tensors.set(name, { shape, data: Float32Array.from(rows) });
  }
  writeSafetensors(path, tensors);
  const configuration = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  const labels = savedLabels(readConfiguration(folder));
  configuration.id2label = Object.fromEntries(order.map((row, place) => [place, labels[row]]));
  writeFileSync(join(folder, 'config.json'), JSON.stringify(configuration));
  for (const model of [encodeAsOnnx(folder), exportToOnnx(folder)])
    assert.deepEqual(await scoresOf(model), expected);
});

test('a row for O trained in Python is subtracted from the others, as when reading the weights', () => {
  assert.deepEqual([...labelLogits(Float32Array.of(0.5, 1, 2, -1, 3, 4), 3)], [0.5, 1.5, 4, 5]);
  assert.deepEqual(
    [...labelLogits(Float32Array.of(1, 0.5, 2), 3, { labelRows: [1, 2, 0], lessOutside: true })],
    [1.5, 0.5],
  );
});

test('non-finite logits from finite weights are reported in one sentence', async (t) => {
  const folder = copyTinyBert(t);
  const path = join(folder, 'model.safetensors');
  const tensors = readSafetensors(path);
  tensors.get('bert.encoder.layer.1.output.LayerNorm.weight')!.data.fill(3e38);
  writeSafetensors(path, tensors);
  const file = exportToOnnx(folder);
  const window = windowOf(tinyBertExample().input_ids[0].slice(0, 6));
  const refusal = { name: 'InputError', message: /gives scores that are not finite/ };
  await assert.rejects((await openFolderScorer(folder, file)).score([window]), refusal);
  const weights = await openModel(folder);
  await assert.rejects(weights.score([window]), refusal);
  await weights.dispose();
});

test('an error of ONNX Runtime at run time is reported in one sentence', async (t) => {
  const folder = copyTinyBert(t);
  const { score } = await openFolderScorer(folder, exportToOnnx(folder));
  await assert.rejects(score([windowOf([2, 1000, 3])]), (error: Error) => {
    assert.ok(error instanceof InputError, error.stack);
    assert.match(error.message, /ONNX Runtime cannot run it \(.*\); export the model again$/);
    assert.ok(!error.message.includes('\n'));
    return true;
  });
});

test('damaged files are opened or rejected, and none crashes the process', (t) => {
  const folder = copyTinyBert(t);
  exportToOnnx(folder);
  const program = join(__dirname, 'hostile-onnx.fixture.js');
  const child = spawnSync(process.execPath, [program, folder, '1', '300'], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  assert.equal(child.status, 0, `${child.signal} ${child.stderr.slice(-2000)}`);
  const { refused, run } = JSON.parse(child.stdout);
  assert.ok(refused > 50 && run > 20, child.stdout);
});

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { exportToOnnx, quantizeFolder } from '../compression';
import { InputError } from '../foundation';
import { copyTinyBert, tinyBertExample } from '../nn/tiny-bert';
import type { Window } from '../tokenization';
import { openOnnxScorer } from './session';

const windowOf = (ids: number[]): Window => ({
  inputIds: Int32Array.from(ids),
  first: 0,
  last: ids.length - 2,
  ownedFrom: 0,
  ownedTo: ids.length - 2,
});

test("a window's logits are those of PyTorch without the column O, whatever it is batched with", async (t) => {
  const score = await openOnnxScorer(exportToOnnx(copyTinyBert(t)), { threads: 1 });
  const { input_ids, attention_mask, logits } = tinyBertExample();
  // The second row with its padding cut off; the first has token types, which windows do not.
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

test("an int8 file's logits are the same to the bit, whatever a window is scored with", async (t) => {
  const folder = copyTinyBert(t);
  exportToOnnx(folder);
  const score = await openOnnxScorer(quantizeFolder(folder), { threads: 1 });
  const { input_ids } = tinyBertExample();
  const windows = Array.from({ length: 40 }, (_, index) =>
    windowOf(input_ids[index % 2].slice(index % 5, 8)),
  );
  const together = await score(windows);
  for (const [index, window] of windows.entries())
    assert.deepEqual((await score([window]))[0], together[index]);
});

test('a missing and a damaged file are told', async (t) => {
  const folder = copyTinyBert(t);
  await assert.rejects(openOnnxScorer(join(folder, 'no.onnx')), InputError);
  const damaged = join(folder, 'damaged.onnx');
  writeFileSync(damaged, 'not protobuf at all');
  await assert.rejects(openOnnxScorer(damaged), InputError);
});

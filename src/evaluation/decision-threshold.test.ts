import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byLabel } from '../foundation';
import { FOUR } from '../foundation/labels.fixture';
import { tinyBertFolder } from '../nn/tiny-bert.fixture';
import { evaluate, evaluateAt } from '../tasks';
import { outputNames, Tokenizer } from '../tokenization';
import { BIO } from '../tokenization/tag-set.fixture';
import { chooseThresholds, scoreThresholds } from './decision-threshold';
import { sentence } from './gold.fixture';

const options = { ...BIO, maximumLength: 64, threshold: 0.5 } as const;
const tokenizer = new Tokenizer(tinyBertFolder);
const gold = sentence('b cells', [[0, 7, 'Cell']], ['Cell']);
const none = sentence('the liver', [], ['Cell']);
const outputs = outputNames(BIO);
const begin = outputs.indexOf('B-Cell');
const inside = outputs.indexOf('I-Cell');

/** Logits of 3 for the gold mention and 1 for other words. */
async function overconfident(windows: readonly { inputIds: Int32Array }[]): Promise<Float32Array[]> {
  const [{ ids }] = await tokenizer.encode([gold.text]);
  return windows.map(({ inputIds }) => {
    const isGold = String(inputIds.subarray(1, -1)) === String(ids);
    const logits = new Float32Array(inputIds.length * outputs.length).fill(-9);
    for (let token = 1; token < inputIds.length - 1; token++)
      logits[token * outputs.length + (token === 1 ? begin : inside)] = isGold ? 3 : 1;
    return logits;
  });
}

test('the threshold of a class separates correct from spurious predictions and is as near to .5 as possible', async () => {
  const tried = await scoreThresholds([[gold, none]], tokenizer, overconfident, options);
  const { Cell: threshold, ...others } = chooseThresholds(tried);
  assert.ok(Math.abs(Math.log(threshold! / (1 - threshold!)) - 1.5) < 1e-9, `${threshold}`);
  assert.equal(tried.find((score) => score.threshold === threshold)!.f1.Cell, 1);
  assert.deepEqual(Object.values(others), [null, null, null]);
  const report = await evaluate([gold, none], tokenizer, overconfident, options);
  const half = tried.find((score) => score.threshold === 0.5)!.f1;
  assert.deepEqual(half, { 'Gene Mutations': null, Cell: 2 / 3, 'Cell Line': null, 'Organ Tissue': null });
  assert.equal(report.spans.Cell.f1, 2 / 3);
  assert.deepEqual(evaluateAt([gold, none], report.tagged, options), report);
  const chosen = evaluateAt([gold, none], report.tagged, { ...options, threshold: { Cell: threshold! } });
  assert.equal(chosen.spans.Cell.f1, 1);
});

test('a gain of less than a point or at a single peak does not move the threshold; a sustained gain does', () => {
  const chosen = (...f1s: number[]) =>
    chooseThresholds(
      [0.3, 0.5, 0.6, 0.7, 0.8, 0.9].map((threshold, index) => ({
        threshold,
        f1: byLabel(FOUR, (label) => (label === 'Cell' ? f1s[index] : null)),
      })),
    ).Cell;
  assert.equal(chosen(0.69, 0.69, 0.69, 0.699, 0.699, 0.699), 0.5);
  assert.equal(chosen(0.69, 0.69, 0.69, 0.69, 0.705, 0.69), 0.5);
  assert.equal(chosen(0.69, 0.69, 0.69, 0.69, 0.69, 0.9), 0.8);
  assert.equal(chosen(0.69, 0.69, 0.69, 0.72, 0.72, 0.72), 0.7);
});

test('corpora are weighted equally, and a threshold cannot be chosen without gold mentions', async () => {
  const alone = await scoreThresholds([[gold]], tokenizer, overconfident, options);
  const both = await scoreThresholds([[gold], [gold, none]], tokenizer, overconfident, options);
  const half = (scores: typeof alone) => scores.find(({ threshold }) => threshold === 0.5)!.f1.Cell!;
  assert.equal(half(both), (half(alone) + 2 / 3) / 2);
  await assert.rejects(scoreThresholds([[none]], tokenizer, overconfident, options), /no gold mention/);
});

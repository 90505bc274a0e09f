import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { groupByLength } from './batching';

const window = (length: number) => ({ inputIds: new Int32Array(length) });
const tokensOf = (batch: { inputIds: Int32Array }[]) =>
  batch.reduce((sum, { inputIds }) => sum + inputIds.length, 0);

describe('batches of an epoch', () => {
  it('hold every window once, in as many batches as were announced, none empty', () => {
    const lengths = fc.array(fc.integer({ min: 2, max: 256 }), { minLength: 1, maxLength: 300 });
    const property = fc.property(lengths, fc.integer({ min: 1, max: 40 }), (drawn, batchSize) => {
      const windows = drawn.map(window);
      const batches = groupByLength(windows, batchSize, 1, 1);
      assert.equal(batches.length, Math.ceil(windows.length / batchSize));
      assert.ok(batches.every((batch) => batch.length > 0));
      assert.deepEqual(new Set(batches.flat()), new Set(windows));
      assert.equal(batches.flat().length, windows.length);
    });
    fc.assert(property, { seed: 20261123 });
  });

  it('hold about equally many tokens, of windows of about the same length', () => {
    const windows = Array.from({ length: 2000 }, (_, place) => window(5 + ((place * place) % 90)));
    const batches = groupByLength(windows, 32, 1, 1);
    const mean = tokensOf(windows) / batches.length;
    for (const batch of batches) {
      const tokens = tokensOf(batch);
      assert.ok(Math.abs(tokens - mean) < 95, `${tokens} tokens where the mean is ${mean}`);
    }
    const padded = batches.map(
      (batch) => batch.length * Math.max(...batch.map(({ inputIds }) => inputIds.length)),
    );
    const share = padded.reduce((sum, tokens) => sum + tokens) / tokensOf(windows);
    assert.ok(share < 1.15, `${share} positions a token`);
  });

  it('come in another order each epoch, and in the same again with the same seed', () => {
    const windows = Array.from({ length: 50 }, (_, place) => window(3 + place));
    const order = (seed: number, epoch: number) =>
      groupByLength(windows, 4, seed, epoch).map((batch) => batch.map(({ inputIds }) => inputIds.length));
    assert.deepEqual(order(1, 1), order(1, 1));
    assert.notDeepEqual(order(1, 1), order(1, 2));
    assert.notDeepEqual(order(1, 1), order(2, 1));
  });
});

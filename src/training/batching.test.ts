import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../foundation';
import { batchesOfEpoch, groupByLength, splitIntoPasses, stepsByEpoch } from './batching';

const windows = fc
  .array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 300 })
  .map((lengths) => lengths.map((length) => ({ inputIds: new Int32Array(length) })));
const limits = fc.oneof(
  fc.record({ batchSize: fc.integer({ min: 1, max: 40 }), batchTokens: fc.constant(null) }),
  fc.record({ batchSize: fc.constant(32), batchTokens: fc.integer({ min: 1, max: 500 }) }),
);
const whole = fc.integer({ min: 0, max: 1000 });
const batchings = fc.constantFrom('by_length' as const, 'random' as const);

test('every window is in one batch of an epoch, no batch is too large, and seed and epoch determine the batches', () => {
  fc.assert(
    fc.property(windows, limits, batchings, whole, whole, (examples, size, batching, seed, epoch) => {
      const own = { ...size, batching };
      const batches = batchesOfEpoch(examples, own, seed, epoch);
      assert.equal(batches.flat().length, examples.length);
      assert.deepEqual(new Set(batches.flat()), new Set(examples));
      for (const batch of batches) {
        assert.ok(batch.length > 0);
        const padded = batch.length * Math.max(...batch.map(({ inputIds }) => inputIds.length));
        if (own.batchTokens === null) assert.ok(batch.length <= own.batchSize);
        else assert.ok(padded <= own.batchTokens || batch.length === 1, `${padded} of ${own.batchTokens}`);
      }
      const again = batchesOfEpoch(examples, own, seed, epoch);
      assert.deepEqual(
        again.map((batch) => batch.map((window) => examples.indexOf(window))),
        batches.map((batch) => batch.map((window) => examples.indexOf(window))),
      );
    }),
    { seed: 5, numRuns: 300 },
  );
});

test('the token budget is used up: no two consecutive batches of a pool would fit into one', () => {
  fc.assert(
    fc.property(windows, fc.integer({ min: 1, max: 500 }), (examples, batchTokens) => {
      const batches = groupByLength(examples, { batchSize: 32, batchTokens }, 1, 1);
      const byLength = batches
        .map((batch) => batch.map(({ inputIds }) => inputIds.length))
        .sort((one, other) => one[0] - other[0] || one.at(-1)! - other.at(-1)!);
      byLength.slice(1).forEach((batch, index) => {
        assert.ok(
          (byLength[index].length + 1) * batch[0] > batchTokens || batch[0] < byLength[index].at(-1)!,
        );
      });
    }),
    { seed: 6, numRuns: 300 },
  );
});

test('sentences of all lengths form full batches with little padding', () => {
  const random = createRandom(8);
  // As in JNLPBA: about 40 tokens, some few of four times as many.
  const lengthOf = () => Math.min(200, Math.round(12 + 30 * -Math.log(1 - random.next())));
  const examples = Array.from({ length: 8000 }, () => ({ inputIds: new Int32Array(lengthOf()) }));
  for (const batchTokens of [512, 1280]) {
    const batches = groupByLength(examples, { batchSize: 32, batchTokens }, 1, 1);
    const sum = (values: number[]) => values.reduce((one, other) => one + other, 0);
    const lengths = batches.map((batch) => batch.map(({ inputIds }) => inputIds.length));
    const padded = sum(lengths.map((own) => own.length * Math.max(...own)));
    assert.ok(sum(lengths.flat()) > 0.98 * padded);
    assert.ok(padded > 0.9 * batches.length * batchTokens);
  }
});

test('a batch is split where that saves more padding than another pass costs, and never at a loss', () => {
  const paddedTokens = (batch: readonly { inputIds: Int32Array }[]) =>
    batch.length * Math.max(...batch.map(({ inputIds }) => inputIds.length));
  const costOf = (passes: readonly (readonly { inputIds: Int32Array }[])[]) =>
    passes.reduce((sum, pass) => sum + paddedTokens(pass) + 100, 0);
  fc.assert(
    fc.property(windows, (batch) => {
      const passes = splitIntoPasses(batch);
      assert.ok(passes.length <= 4 && passes.every(({ length }) => length > 0));
      assert.deepEqual(new Set(passes.flat()), new Set(batch));
      assert.equal(passes.flat().length, batch.length);
      assert.ok(costOf(passes) <= costOf([batch]));
      const byLength = [...batch].sort((one, other) => one.inputIds.length - other.inputIds.length);
      for (let cut = 1; cut < batch.length; cut++)
        assert.ok(costOf(passes) <= costOf([byLength.slice(0, cut), byLength.slice(cut)]));
    }),
    { seed: 9, numRuns: 200 },
  );
  const ofLengths = (...lengths: number[]) => lengths.map((length) => ({ inputIds: new Int32Array(length) }));
  assert.equal(splitIntoPasses(ofLengths(...Array(32).fill(20))).length, 1);
  assert.deepEqual(
    splitIntoPasses(ofLengths(60, ...Array(15).fill(5), 61)).map(({ length }) => length),
    [15, 2],
  );
  assert.deepEqual(splitIntoPasses([]), []);
});

test('the number of steps of an epoch matches its batches, including an incomplete last one', () => {
  fc.assert(
    fc.property(
      windows,
      limits,
      batchings,
      whole,
      fc.integer({ min: 1, max: 5 }),
      (examples, size, batching, seed, accumulation) => {
        const own = { ...size, batching };
        const steps = stepsByEpoch(examples, { ...own, epochs: 3, accumulation, seed });
        assert.deepEqual(
          steps,
          [1, 2, 3].map((epoch) =>
            Math.ceil(batchesOfEpoch(examples, own, seed, epoch).length / accumulation),
          ),
        );
      },
    ),
    { seed: 7, numRuns: 200 },
  );
});

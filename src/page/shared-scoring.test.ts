import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { TokenScorer } from '../tokenization';
import { shareScoring } from './shared-scoring';

const windowsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ inputIds: Int32Array.of(index) }));
const placesOf = (scores: readonly Float32Array[]) => scores.map(([place]) => place);
/** Scores a window by its place. */
const byPlace = (milliseconds: number): TokenScorer & { windows: number } => {
  const scorer = async (windows: readonly { inputIds: Int32Array }[]) => {
    await delay(milliseconds);
    scorer.windows += windows.length;
    return windows.map(({ inputIds: [place] }) => Float32Array.of(place));
  };
  scorer.windows = 0;
  return scorer;
};
const inOrder = (count: number) => Array.from({ length: count }, (_, place) => place);

test('windows are shared, and scores come in their order', async () => {
  const [own, helper] = [byPlace(1), byPlace(3)];
  let helped = 0;
  const score = shareScoring(
    own,
    () => new Set([helper]),
    (windows) => {
      helped += windows;
    },
  );
  assert.deepEqual(placesOf(await score(windowsOf(203))), inOrder(203));
  assert.ok(own.windows > helper.windows && helper.windows > 0);
  assert.equal(own.windows + helper.windows, 203);
  assert.equal(helped, helper.windows);
});

test('few windows start no helper', async () => {
  const score = shareScoring(byPlace(0), () => assert.fail('started'));
  assert.deepEqual(placesOf(await score(windowsOf(63))), inOrder(63));
});

test('a helper that fails is removed, and nothing is missing', async () => {
  const failing: TokenScorer = async () => {
    await delay(20);
    throw new Error('no memory');
  };
  const helpers = new Set([failing]);
  const score = shareScoring(byPlace(0), () => helpers);
  assert.deepEqual(placesOf(await score(windowsOf(64))), inOrder(64));
  assert.equal(helpers.size, 0);
});

test('when the own scorer stops, helpers take no more', async () => {
  const helper = byPlace(5);
  let calls = 0;
  const own: TokenScorer = async (windows) => {
    if (++calls === 3) throw new Error('cancelled');
    return byPlace(1)(windows);
  };
  const score = shareScoring(own, () => new Set([helper]));
  await assert.rejects(score(windowsOf(800)), /cancelled/);
  const before = helper.windows;
  await delay(40);
  assert.ok(helper.windows - before <= 8, `${helper.windows - before} windows after the stop`);
});

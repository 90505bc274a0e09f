import assert from 'node:assert/strict';
import test from 'node:test';
import { crossEntropy, softmaxTwiceLimits } from './softmax-twice';

const LABELS = 7;

/** Logits of one text that favour the first label by `margin`. */
const favouring = (margin: number) =>
  Float32Array.from({ length: LABELS }, (_, label) => (label ? 0 : margin));

test('a perfect network has a loss of 0 with one softmax and log(1 + 6/e) = 1.165 with two', () => {
  assert.ok(crossEntropy(favouring(60), [0], 'once').loss < 1e-6);
  const { lowest, highest } = softmaxTwiceLimits(LABELS);
  assert.equal(lowest.toFixed(3), '1.165');
  assert.equal(highest.toFixed(3), '2.165');
  assert.ok(Math.abs(crossEntropy(favouring(60), [0], 'twice').loss - lowest) < 1e-6);
  assert.ok(Math.abs(crossEntropy(favouring(60), [1], 'twice').loss - highest) < 1e-6);
});

test('without any preference both losses are log 7', () => {
  for (const softmaxes of ['once', 'twice'] as const)
    assert.ok(Math.abs(crossEntropy(favouring(0), [3], softmaxes).loss - Math.log(LABELS)) < 1e-6);
});

test('gradients equal differences of the loss', () => {
  const logits = Float32Array.from([0.3, -1.2, 0.8, 2.1, 0, -0.4, 1.5, -0.7, 0.2, 0.1, 0.9, -2]);
  const targets = [2, 0, 3];
  for (const [softmaxes, smoothing] of [
    ['once', 0],
    ['once', 0.1],
    ['twice', 0],
    ['twice', 0.1],
  ] as const) {
    const { gradient } = crossEntropy(logits, targets, softmaxes, smoothing);
    for (let place = 0; place < logits.length; place++) {
      const moved = (by: number) => {
        const other = logits.slice();
        other[place] += by;
        return crossEntropy(other, targets, softmaxes, smoothing).loss;
      };
      assert.ok(Math.abs((moved(1e-2) - moved(-1e-2)) / 2e-2 - gradient[place]) < 1e-4);
    }
  }
});

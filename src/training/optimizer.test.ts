import assert from 'node:assert/strict';
import { test } from 'node:test';
import { free, livingTensors, Model, Parameters, Tape, type Tensor, tidy, upload } from '../nn';
import { isKeyBias, networkFixture, networkFixtureNames, relativeError } from '../nn/network.fixture';
import { AdamW, globalNorm } from './optimizer';

for (const name of networkFixtureNames()) {
  test(`${name}: three steps of AdamW give the weights of PyTorch`, () => {
    const { folder, batch, direction, trained } = networkFixture(name);
    const model = Model.load(folder);
    const optimizer = new AdamW(model.parameters, 0.1);
    for (let step = 0; step < 3; step++) {
      const gradients = tidy(() => {
        const weights = model.parameters.read();
        const tape = new Tape(true);
        const logits = model.logits(tape, weights, batch);
        const byTensor = tape.backward(logits, upload(direction, logits.shape));
        return new Map([...weights].map(([parameter, weight]) => [parameter, byTensor.get(weight)!]));
      });
      optimizer.update(gradients, 1e-2, 1);
      free(...gradients.values());
    }
    for (const [parameter, { data }] of model.parameters.snapshot()) {
      if (isKeyBias(parameter)) continue;
      const error = relativeError(data, trained.get(parameter)!.data, 0);
      assert.ok(error < 1e-4, `${parameter}: ${error}`);
    }
    optimizer.dispose();
    model.dispose();
    assert.equal(livingTensors(), 0);
  });
}

/** AdamW as in the paper, in 64-bit numbers. */
function reference(
  value: number,
  gradients: number[],
  scales: number[],
  rate: number,
  decay: number,
): number {
  let [parameter, first, second] = [value, 0, 0];
  gradients.forEach((raw, index) => {
    const gradient = raw * scales[index];
    first = 0.9 * first + 0.1 * gradient;
    second = 0.999 * second + 0.001 * gradient ** 2;
    const corrected = first / (1 - 0.9 ** (index + 1));
    const deviation = Math.sqrt(second / (1 - 0.999 ** (index + 1)));
    parameter -= rate * decay * parameter + (rate * corrected) / (deviation + 1e-8);
  });
  return parameter;
}

test('clipping by scale equals multiplying the gradients by it, over many steps', () => {
  const start = [0.5, -1, 2];
  const tensors = new Map<string, Tensor>([['w.weight', { shape: [3], data: Float32Array.from(start) }]]);
  const parameters = new Parameters(tensors);
  const optimizer = new AdamW(parameters, 0.1);
  const steps = Array.from({ length: 40 }, (_, step) => ({
    gradients: start.map((value, index) => Math.sin(step * 0.7 + index) * (1 + (step % 5)) * value),
    scale: step % 3 === 0 ? 1 : 1 / (1 + (step % 7)),
  }));
  for (const { gradients, scale } of steps) {
    const tensor = upload(Float32Array.from(gradients), [3]);
    optimizer.update(new Map([['w.weight', tensor]]), 1e-2, scale);
    free(tensor);
  }
  const expected = start.map((value, index) =>
    reference(
      value,
      steps.map(({ gradients }) => gradients[index]),
      steps.map(({ scale }) => scale),
      1e-2,
      0.1,
    ),
  );
  const { data } = parameters.snapshot().get('w.weight')!;
  assert.ok(relativeError(data, Float32Array.from(expected), 0) < 1e-5, `${data} against ${expected}`);
  optimizer.dispose();
  parameters.dispose();
});

test('the global norm is that of all gradients concatenated', () => {
  const gradients = new Map([
    ['a', upload(Float32Array.of(3, 0, 0, 0), [2, 2])],
    ['b', upload(Float32Array.of(-4, 12), [2])],
  ]);
  assert.equal(globalNorm(gradients), 13);
  free(...gradients.values());
});

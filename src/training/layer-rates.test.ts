import assert from 'node:assert/strict';
import { test } from 'node:test';
import { free, Parameters, type Tensor, upload } from '../nn';
import { layerRates } from './layer-rates';
import { AdamW } from './optimizer';

test('layers below move less, and the factor of the head is 1', () => {
  const names = [
    'bert.embeddings.word_embeddings.weight',
    'bert.encoder.layer.0.output.dense.bias',
    'bert.encoder.layer.5.attention.self.key.weight',
    'classifier.weight',
  ];
  assert.deepEqual([...layerRates(names, 6, 0.5).values()], [1 / 128, 1 / 64, 1 / 2, 1]);
});

test('with a layer decay of 0.5 the first update halves from layer to layer', () => {
  // By hand: the first step of AdamW is rate · (sign of the gradient + decay · weight), and biases do not decay. Here the rate is
  // 0.1, the decay 0.1, every weight 2 and every gradient -3: 0.1 · (-1 + 0.2) = -0.08 and, without decay, -0.1 above all layers.
  const expected: Record<string, number> = {
    'classifier.weight': 2.08,
    'classifier.bias': 2.1,
    'bert.encoder.layer.1.output.dense.weight': 2.04,
    'bert.encoder.layer.1.output.dense.bias': 2.05,
    'bert.encoder.layer.0.output.dense.weight': 2.02,
    'bert.encoder.layer.0.output.dense.bias': 2.025,
    'bert.embeddings.position_embeddings.weight': 2.01,
  };
  const names = Object.keys(expected);
  const parameters = new Parameters(
    new Map(names.map((name): [string, Tensor] => [name, { shape: [1], data: Float32Array.of(2) }])),
  );
  const optimizer = new AdamW(parameters, 0.1, layerRates(names, 2, 0.5));
  const gradients = new Map(names.map((name) => [name, upload(Float32Array.of(-3), [1])]));
  optimizer.update(gradients, 0.1, 1);
  free(...gradients.values());
  for (const [name, { data }] of parameters.snapshot())
    assert.ok(Math.abs(data[0] - expected[name]) < 1e-6, `${name}: ${data[0]}`);
  optimizer.dispose();
  parameters.dispose();
});

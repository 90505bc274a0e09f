import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { free, isNorm, readSafetensors, TokenClassifier, upload } from '../nn';
import { copyTinyBert } from '../nn/tiny-bert.fixture';
import { taggingObjective } from '../tasks';
import { DEFAULT_TRAINING } from './configuration';
import { layerRates } from './layer-rates';
import { Learner } from './learner';

test('lower layers move less, and the factor of the head is 1, whatever the parameter names of an encoder', () => {
  const expected = {
    'bert.embeddings.word_embeddings.weight': 1 / 128,
    'electra.embeddings_project.weight': 1 / 128,
    'bert.encoder.layer.0.output.dense.bias': 1 / 64,
    'distilbert.transformer.layer.1.ffn.lin1.weight': 1 / 32,
    'electra.encoder.layer.5.attention.self.key.weight': 1 / 2,
    'bert.pooler.dense.weight': 1,
    'vocab_layer_norm.weight': 1,
    'generator_predictions.dense.weight': 1,
    'classifier.weight': 1,
  };
  assert.deepEqual(Object.fromEntries(layerRates(Object.keys(expected), 6, 0.5)), expected);
});

test('the first update of every layer is that of AdamW by hand, at half the rate of the layer above', (context) => {
  const folder = copyTinyBert(context);
  const model = TokenClassifier.load(folder);
  // PyTorch's gradients; a saved head has one row more than ours, the zeros of `O`.
  const gradients = [...readSafetensors(join(folder, 'gradients.safetensors'))].map(
    ([name, { shape, data }]) => {
      const own = model.parameters.shapes.get(name)!;
      assert.equal(shape.length, own.length);
      return [name, data.subarray(name.startsWith('classifier') ? data.length / 9 : 0)] as const;
    },
  );
  const before = model.parameters.snapshot();
  const [rate, weightDecay] = [1e-2, 0.1];
  const learner = new Learner(taggingObjective(model, DEFAULT_TRAINING), {
    weightDecay,
    layerDecay: 0.5,
    averaging: 0,
  });
  const uploaded = new Map(
    gradients.map(([name, data]) => [name, upload(data, model.parameters.shapes.get(name)!)]),
  );
  learner.update(uploaded, rate, 1);
  free(...uploaded.values());
  const after = model.parameters.snapshot();
  const shares = { embeddings: 1 / 8, 'layer.0.': 1 / 4, 'layer.1.': 1 / 2, classifier: 1 };
  const seen = new Set<string>();
  for (const [name, gradient] of gradients) {
    const [part, share] = Object.entries(shares).find(([own]) => name.includes(own))!;
    seen.add(part);
    const decay = name.endsWith('.bias') || isNorm(name) ? 0 : weightDecay;
    before.get(name)!.data.forEach((weight, place) => {
      // The first step: m̂ is the gradient, √v̂ its size (Kingma & Ba 2015), ε = 1e-8.
      const direction = gradient[place] / (Math.abs(gradient[place]) + 1e-8);
      const expected = weight - rate * share * (direction + decay * weight);
      const found = after.get(name)!.data[place];
      assert.ok(Math.abs(found - expected) < 1e-6, `${name} at ${place}: ${found} against ${expected}`);
    });
  }
  assert.equal(seen.size, 4);
  learner.dispose();
  model.dispose();
});

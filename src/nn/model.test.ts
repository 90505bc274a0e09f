import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Batch } from './batch';
import { download, free, livingTensors, tidy, upload } from './device';
import { readEncoderConfiguration } from './encoder-configuration';
import { Model } from './model';
import { networkFixture, networkFixtureNames, relativeError } from './network.fixture';
import { createChance } from './operations';
import { Tape } from './tape';
import { largestDifference, tinyBertFolder } from './tiny-bert.fixture';

/** Gradients of sum(logits * direction) with respect to every parameter, as plain numbers. */
function gradientsOf(model: Model, batch: Batch, direction: Float32Array) {
  return tidy(() => {
    const weights = model.parameters.read();
    const tape = new Tape(true);
    const logits = model.logits(tape, weights, batch);
    const gradients = tape.backward(logits, upload(direction, logits.shape));
    const plain = new Map([...weights].map(([name, weight]) => [name, download(gradients.get(weight)!)]));
    free(...gradients.values());
    return plain;
  });
}

for (const name of networkFixtureNames()) {
  test(`${name}: logits and every gradient equal those of PyTorch`, () => {
    const { folder, batch, direction, logits, gradients } = networkFixture(name);
    const model = Model.load(folder);
    const found = tidy(() => download(model.logits(new Tape(false), model.parameters.read(), batch)));
    assert.ok(largestDifference(found, logits) < 1e-4);
    const computed = gradientsOf(model, batch, direction);
    assert.deepEqual([...computed.keys()].sort(), [...gradients.keys()].sort());
    for (const [parameter, gradient] of computed) {
      // A key's bias cannot change the softmax: its gradient is rounding noise around 0.
      const error = relativeError(gradient, gradients.get(parameter)!.data, 1e-3);
      assert.ok(error < 1e-3, `${parameter}: ${error}`);
    }
    model.dispose();
    assert.equal(livingTensors(), 0);
  });

  test(`${name}: saving and loading a model restores it`, (context) => {
    const { folder, batch } = networkFixture(name);
    const copy = mkdtempSync(join(tmpdir(), 'falconframes-'));
    context.after(() => rmSync(copy, { recursive: true }));
    const model = Model.load(folder);
    model.save(copy, tinyBertFolder);
    const again = Model.load(copy);
    assert.deepEqual(again.encoder, model.encoder);
    assert.deepEqual(again.head, model.head);
    const logitsOf = (one: Model) =>
      tidy(() => download(one.logits(new Tape(false), one.parameters.read(), batch)));
    assert.deepEqual(logitsOf(again), logitsOf(model));
    model.dispose();
    again.dispose();
  });
}

test('a new network of any shape is determined by its seed', () => {
  const encoder = readEncoderConfiguration(networkFixture('electra-tokens').folder);
  const shape = { ...encoder, layers: 3, hiddenSize: 12, attentionHeads: 3, intermediateSize: 20 };
  const draw = (seed: number) => {
    const model = Model.fresh(shape, { kind: 'sequence', labels: ['no', 'yes'] }, seed);
    const tensors = model.parameters.snapshot();
    model.dispose();
    return tensors;
  };
  const tensors = draw(1);
  assert.deepEqual(draw(1), tensors);
  assert.notDeepEqual(draw(2), tensors);
  assert.deepEqual(tensors.get('classifier.out_proj.weight')!.shape, [2, 12]);
  assert.ok(tensors.get('electra.encoder.layer.2.output.LayerNorm.weight')!.data.every((gain) => gain === 1));
  const { data } = tensors.get('electra.embeddings.word_embeddings.weight')!;
  const deviation = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);
  assert.ok(Math.abs(deviation - 0.02) < 0.004, `${deviation}`);
});

test('an encoder accepts a new head of another kind and keeps its weights', () => {
  const { folder } = networkFixture('distilbert-vocabulary');
  const source = Model.load(folder);
  const model = Model.fromEncoder(folder, { kind: 'tokens', labels: ['a', 'b', 'c', 'd'] }, 5);
  const tensors = model.parameters.snapshot();
  assert.deepEqual(tensors.get('classifier.weight')!.shape, [4, 8]);
  assert.equal(tensors.has('vocab_transform.weight'), false);
  const name = 'distilbert.transformer.layer.1.ffn.lin1.weight';
  assert.deepEqual(tensors.get(name), source.parameters.snapshot().get(name));
  source.dispose();
  model.dispose();
});

test('a masked language model keeps its head; other folders get a new one', () => {
  const own = networkFixture('bert-vocabulary').folder;
  const [kept, loaded] = [Model.forMaskedWords(own, 3), Model.load(own)];
  assert.deepEqual(kept.parameters.snapshot(), loaded.parameters.snapshot());
  const fresh = Model.forMaskedWords(networkFixture('bert-tokens').folder, 3);
  assert.deepEqual(fresh.head, { kind: 'vocabulary' });
  assert.ok(fresh.parameters.snapshot().has('cls.predictions.transform.dense.weight'));
  for (const model of [kept, loaded, fresh]) model.dispose();
});

test("dropout before the token classifier is the classifier's in BERT and ELECTRA, the general one in DistilBERT", () => {
  for (const [name, follows] of [
    ['bert-tokens', true],
    ['electra-tokens', true],
    ['distilbert-tokens', false],
  ] as const) {
    const { folder, batch } = networkFixture(name);
    const model = Model.load(folder);
    Object.assign(model.encoder, { hiddenDropout: 0, attentionDropout: 0, sequenceDropout: 0.5 });
    const [one, other] = [1, 2].map((step) =>
      tidy(() => {
        const tape = new Tape(true, createChance(1, step));
        const logits = download(model.logits(tape, model.parameters.read(), batch));
        tape.dispose();
        return logits;
      }),
    );
    assert.equal(largestDifference(one, other) > 0, follows, name);
    model.dispose();
  }
});

test('dropout in a step is determined by its seed', () => {
  const { folder, batch } = networkFixture('bert-sequence');
  const model = Model.load(folder);
  Object.assign(model.encoder, { hiddenDropout: 0.3, attentionDropout: 0.3, sequenceDropout: 0.3 });
  const draw = (seed: number, step: number) =>
    tidy(() => {
      const tape = new Tape(true, createChance(seed, step));
      const logits = download(model.logits(tape, model.parameters.read(), batch));
      tape.dispose();
      return logits;
    });
  assert.deepEqual(draw(1, 5), draw(1, 5));
  assert.notDeepEqual(draw(1, 6), draw(1, 5));
  assert.notDeepEqual(draw(2, 5), draw(1, 5));
  model.dispose();
  assert.equal(livingTensors(), 0);
});

test('a config.json of another architecture, activation or task is rejected by name', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
  context.after(() => rmSync(folder, { recursive: true }));
  cpSync(networkFixture('bert-tokens').folder, folder, { recursive: true });
  const path = join(folder, 'config.json');
  const config = JSON.parse(readFileSync(path, 'utf8'));
  const refuses = (change: object, message: RegExp) => {
    writeFileSync(path, JSON.stringify({ ...config, ...change }));
    assert.throws(() => Model.load(folder), { name: 'InputError', message });
  };
  refuses({ model_type: 'gpt2' }, /"gpt2"; known are bert, distilbert, electra/);
  refuses({ hidden_act: 'relu' }, /activation is "relu"/);
  refuses(
    { architectures: ['BertForQuestionAnswering'] },
    /BertForQuestionAnswering.*ForTokenClassification/,
  );
  refuses({ num_attention_heads: 3 }, /3 attention heads do not divide/);
  refuses(
    { hidden_dropout_prob: 1.5 },
    /"hidden_dropout_prob" must be a number from 0 to below 1, found 1.5/,
  );
});

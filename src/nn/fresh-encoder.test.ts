import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Tokenizer } from '../tokenization';
import { download, livingTensors, tidy } from './device';
import { Encoder } from './encoder';
import { readEncoderConfiguration } from './encoder-configuration';
import { type EncoderShape, encoderOfShape, freshEncoder } from './fresh-encoder';
import { Model } from './model';
import { networkFixture } from './network.fixture';
import { readSafetensors } from './safetensors';
import { Tape } from './tape';
import { largestDifference, tinyBertFolder } from './tiny-bert.fixture';

const electra: EncoderShape = {
  architecture: 'electra',
  layers: 3,
  hiddenSize: 12,
  embeddingSize: 4,
  attentionHeads: 4,
  intermediateSize: 20,
  maximumPositions: 32,
};

function makeFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'fresh-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('a new encoder is determined by its seed, and has the tokenizer of the folder named', (context) => {
  const folder = makeFolder(context);
  const draw = (name: string, seed: number) => {
    freshEncoder(electra, { tokenizer: tinyBertFolder, out: join(folder, name), seed });
    return readSafetensors(join(folder, name, 'model.safetensors'));
  };
  const tensors = draw('one', 1);
  assert.deepEqual(draw('again', 1), tensors);
  assert.notDeepEqual(draw('other', 2), tensors);
  const { data, shape } = tensors.get('electra.embeddings.word_embeddings.weight')!;
  const { vocabularySize } = new Tokenizer(join(folder, 'one'));
  assert.deepEqual(shape, [vocabularySize, 4]);
  const deviation = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);
  assert.ok(Math.abs(deviation - 0.02) < 0.002, `${deviation}`);
  assert.deepEqual(tensors.get('electra.embeddings_project.weight')!.shape, [12, 4]);
  assert.ok(tensors.get('electra.encoder.layer.2.output.LayerNorm.weight')!.data.every((gain) => gain === 1));
  assert.ok(tensors.get('electra.encoder.layer.2.output.dense.bias')!.data.every((bias) => bias === 0));
  assert.equal(livingTensors(), 0);
});

test('its configuration is read as it was given, and any head fits on it', (context) => {
  const out = join(makeFolder(context), 'mini');
  freshEncoder(
    { layers: 2, hiddenSize: 16, attentionHeads: 2, dropout: 0.2 },
    { tokenizer: tinyBertFolder, out, seed: 3 },
  );
  const configuration = readEncoderConfiguration(out);
  const { layers, hiddenSize, intermediateSize, maximumPositions, hiddenDropout, type } = configuration;
  assert.deepEqual(
    { layers, hiddenSize, intermediateSize, maximumPositions, hiddenDropout, type },
    {
      layers: 2,
      hiddenSize: 16,
      intermediateSize: 64,
      maximumPositions: 512,
      hiddenDropout: 0.2,
      type: 'bert',
    },
  );
  const masked = Model.forMaskedWords(out, 1);
  assert.equal(
    masked.parameters.shapes.get('cls.predictions.bias')![0],
    new Tokenizer(tinyBertFolder).vocabularySize,
  );
  masked.dispose();
});

test('the encoder of any model folder gives the hidden states that its head scores', () => {
  const { folder, batch } = networkFixture('electra-vocabulary');
  const [encoder, model] = [Encoder.load(folder), Model.load(folder)];
  const states = tidy(() =>
    download(encoder.hiddenStates(new Tape(false), encoder.parameters.read(), batch)),
  );
  let last: Float32Array | undefined;
  tidy(() => {
    model.logits(new Tape(false), model.parameters.read(), batch, (layer, part, value) => {
      if (part === 'hidden' && layer === model.encoder.layers - 1) last = download(value);
    });
  });
  assert.ok(largestDifference(states, last!) < 1e-6);
  encoder.dispose();
  model.dispose();
  assert.equal(livingTensors(), 0);
});

test('saving leaves out what does not belong to the encoder, and reloading keeps it', (context) => {
  const folder = makeFolder(context);
  freshEncoder(electra, { tokenizer: tinyBertFolder, out: folder, seed: 1 });
  const bare = Encoder.load(folder);
  const extra = { shape: [2], data: Float32Array.of(1, 2) };
  const encoder = new Encoder(bare.configuration, new Map([...bare.parameters.snapshot(), ['extra', extra]]));
  encoder.save(join(folder, 'saved'), tinyBertFolder);
  assert.equal(readSafetensors(join(folder, 'saved', 'model.safetensors')).has('extra'), false);
  const before = encoder.parameters.snapshot();
  encoder.parameters.restore(
    new Map(
      [...before].map(([name, { shape, data }]) => [name, { shape, data: data.map((one) => one + 1) }]),
    ),
  );
  encoder.reload(join(folder, 'saved'));
  const after = encoder.parameters.snapshot();
  assert.deepEqual(after.get('extra')!.data, Float32Array.of(2, 3));
  const word = 'electra.embeddings.word_embeddings.weight';
  assert.deepEqual(after.get(word), before.get(word));
  bare.dispose();
  encoder.dispose();
});

test('shapes of no encoder are rejected', () => {
  const tokenizer = new Tokenizer(tinyBertFolder);
  const refused = (shape: Partial<EncoderShape>, message: RegExp) => {
    const whole = { layers: 2, hiddenSize: 16, attentionHeads: 4, ...shape };
    assert.throws(() => encoderOfShape(whole, tokenizer, 'fresh.json'), { name: 'InputError', message });
  };
  refused({ architecture: 'gpt' }, /fresh\.json: the architecture is "gpt"; choose one of bert, /);
  refused({ attentionHeads: 5 }, /5 attention heads do not divide a hidden size of 16/);
  refused({ embeddingSize: 8 }, /"embeddingSize" is 8, but the embeddings of bert .* choose electra/);
  refused({ layers: 0 }, /"layers" is 0; give a whole number above 0/);
  refused({ dropout: 1 }, /"dropout" is 1/);
  refused({ layers: 256, hiddenSize: 16_384 }, /parameters, but no known encoder has more/);
});

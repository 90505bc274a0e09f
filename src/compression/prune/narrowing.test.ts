import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRandom, InputError, writeSentences } from '../../foundation';
import { cellSentence } from '../../foundation/sentence.fixture';
import { type EncoderConfiguration, encoderParameterShapes, type Tensor, TokenClassifier } from '../../nn';
import { copyTinyBert, largestDifference, tinyBertFolder } from '../../nn/tiny-bert.fixture';
import { exportToOnnx } from '../../onnx';
import { runOnnx } from '../../onnx/run.fixture';
import { basisOf, narrowHidden, observeStates } from './narrowing';
import { pruneStructure } from './prune';
import type { Network } from './removal';

const random = createRandom(5);
const randomTensor = (shape: number[]): Tensor => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((one, other) => one * other) }, () => random.next() - 0.5),
});
const windows = Array.from({ length: 20 }, (_, index) => ({
  inputIds: Int32Array.from({ length: 6 }, (_, place) => 2 + ((7 * index + 3 * place) % 40)),
}));

const tiny = TokenClassifier.load(tinyBertFolder);
const { configuration } = tiny;
tiny.dispose();

function build({ encoder, tensors }: Network): TokenClassifier {
  return new TokenClassifier({ ...configuration, encoder }, tinyBertFolder, tensors);
}

async function logitsOf(network: Network): Promise<Float32Array[]> {
  const model = build(network);
  const logits = await model.score(windows);
  model.dispose();
  return logits;
}

/** A network with random weights whose LayerNorms have a uniform scale, which `narrowHidden` preserves exactly. */
function evenNetwork(encoder: EncoderConfiguration): Network {
  const tensors = new Map<string, Tensor>();
  for (const [name, shape] of encoderParameterShapes(encoder)) {
    const tensor = randomTensor(shape);
    if (name.endsWith('LayerNorm.weight')) tensor.data.fill(1.3);
    tensors.set(name, tensor);
  }
  tensors.set('classifier.weight', randomTensor([8, encoder.hiddenSize]));
  tensors.set('classifier.bias', randomTensor([8]));
  return { encoder, tensors };
}

/** The same function with hidden states embedded in a wider space. */
function widen({ encoder, tensors }: Network, hiddenSize: number): Network {
  const states = randomTensor([100, hiddenSize]);
  for (let row = 0; row < 100; row++) {
    const own = states.data.subarray(row * hiddenSize, (row + 1) * hiddenSize);
    const mean = own.reduce((sum, value) => sum + value, 0) / hiddenSize;
    own.forEach((value, place) => {
      own[place] = value - mean;
    });
  }
  const narrow = encoder.hiddenSize;
  const { data } = basisOf(states, narrow).directions;
  /** Embeds each row of the narrow width in the wide space. */
  const lift = (values: Float32Array): Float32Array => {
    const rows = values.length / narrow;
    return Float32Array.from({ length: rows * hiddenSize }, (_, index) => {
      const [row, place] = [Math.floor(index / hiddenSize), index % hiddenSize];
      let sum = 0;
      for (let column = 0; column < narrow; column++)
        sum += values[row * narrow + column] * data[place * narrow + column];
      return sum;
    });
  };
  const transposed = (values: Float32Array, rows: number) =>
    values.map((_, index) => values[(index % rows) * (values.length / rows) + Math.floor(index / rows)]);
  const wide = new Map<string, Tensor>();
  for (const [name, { shape, data: values }] of tensors) {
    const writes = /attention\.output\.dense|layer\.\d+\.output\.dense/.test(name);
    if (name.endsWith('LayerNorm.weight'))
      wide.set(name, {
        shape: [hiddenSize],
        data: new Float32Array(hiddenSize).fill(1.3 * Math.sqrt(narrow / hiddenSize)),
      });
    else if (name.endsWith('LayerNorm.bias') || (writes && shape.length === 1))
      wide.set(name, { shape: [hiddenSize], data: lift(values) });
    else if (writes) {
      const inputs = shape[1];
      const lifted = lift(transposed(values, narrow)); // [inputs, wide]
      wide.set(name, { shape: [hiddenSize, inputs], data: transposed(lifted, inputs) });
    } else if (shape.length === 2) wide.set(name, { shape: [shape[0], hiddenSize], data: lift(values) });
    else wide.set(name, { shape, data: values });
  }
  const headSize = narrow / encoder.attentionHeads;
  const heads = hiddenSize / headSize;
  const lost = Array.from(
    { length: heads - encoder.attentionHeads },
    (_, head) => encoder.attentionHeads + head,
  );
  const layers = Array.from({ length: encoder.layers }, (_, layer) => [layer, lost]);
  return {
    encoder: {
      ...encoder,
      ...{ hiddenSize, embeddingSize: hiddenSize, attentionHeads: heads },
      prunedHeads: Object.fromEntries(layers),
    },
    tensors: wide,
  };
}

test('narrowing hidden states to the subspace that they occupy does not change the outputs', async () => {
  const small = evenNetwork({
    ...configuration.encoder,
    hiddenSize: 16,
    embeddingSize: 16,
    attentionHeads: 2,
  });
  const wide = widen(small, 40);
  const expected = await logitsOf(small);
  const widened = await logitsOf(wide);
  const model = build(wide);
  const { directions, share } = basisOf(
    observeStates(model, windows, () => {}),
    16,
  );
  model.dispose();
  assert.ok(Math.abs(share - 1) < 1e-5);
  const narrowed = narrowHidden(wide, { directions, share });
  assert.equal(narrowed.encoder.hiddenSize, 16);
  assert.equal(narrowed.encoder.attentionHeads, 2);
  assert.equal(narrowed.encoder.prunedHeads, undefined);
  const found = await logitsOf(narrowed);
  const largest = Math.max(...expected.flatMap((logits) => [...logits].map(Math.abs)));
  for (const [index, logits] of expected.entries()) {
    assert.ok(largestDifference(widened[index], logits) < 1e-4 * largest, 'the wide network differs');
    assert.ok(largestDifference(found[index], logits) < 1e-4 * largest);
  }
});

test('directions are orthonormal, preserve the mean, and more directions hold a larger share', () => {
  const states = randomTensor([60, 24]);
  for (let row = 0; row < 60; row++) {
    const own = states.data.subarray(row * 24, row * 24 + 24);
    const mean = own.reduce((sum, value) => sum + value, 0) / 24;
    own.forEach((value, place) => {
      own[place] = (value - mean) / (1 + place);
    });
    const rest = own.reduce((sum, value) => sum + value, 0) / 24;
    own.forEach((value, place) => {
      own[place] = value - rest;
    });
  }
  let before = 0;
  for (const size of [4, 8, 16]) {
    const { directions, share } = basisOf(states, size);
    const column = (index: number) =>
      Array.from({ length: 24 }, (_, row) => directions.data[row * size + index]);
    for (let one = 0; one < size; one++)
      for (let other = 0; other <= one; other++) {
        const product = column(one).reduce((sum, value, row) => sum + value * column(other)[row], 0);
        assert.ok(Math.abs(product - Number(one === other)) < 1e-5);
      }
    const sums = Array.from({ length: 24 }, (_, row) =>
      directions.data.slice(row * size, (row + 1) * size).reduce((sum, value) => sum + value, 0),
    );
    for (const sum of sums) assert.ok(Math.abs(sum - Math.sqrt(size / 24)) < 1e-5);
    assert.ok(share > before && share <= 1 + 1e-6);
    before = share;
  }
});

test('a hidden size equal to that of projected embeddings is refused, since the projection would be lost', async (t) => {
  const folder = copyTinyBert(t);
  const path = join(folder, 'config.json');
  const config = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(
    path,
    JSON.stringify({
      ...config,
      ...{ architectures: ['ElectraForTokenClassification'], model_type: 'electra', embedding_size: 8 },
    }),
  );
  const options = { data: [], sentences: 1, seed: 1, loss: 'bce' as const, layers: 0, heads: 0, neurons: 0 };
  await assert.rejects(pruneStructure(folder, join(folder, '..', 'narrow'), { ...options, hidden: 8 }), {
    name: InputError.name,
    message: /a hidden size of 8 equals that of the embeddings/,
  });
});

test('a folder narrowed with --hidden loads and exports; sizes that do not fit are refused', async (t) => {
  const folder = copyTinyBert(t);
  const data = [join(folder, 'data.jsonl')];
  writeSentences(data[0], [cellSentence('the b-cell grows')]);
  const out = join(folder, '..', 'narrow');
  const none = { data, sentences: 10, seed: 1, loss: 'bce' as const, layers: 0, heads: 0, neurons: 0 };
  const { hiddenSize, attentionHeads } = configuration.encoder;
  const headSize = hiddenSize / attentionHeads;
  await assert.rejects(pruneStructure(folder, out, { ...none, hidden: headSize - 1 }), {
    name: InputError.name,
    message: /less 7 is 9, not a multiple of the head width 8/,
  });
  await assert.rejects(
    pruneStructure(folder, out, { ...none, hidden: hiddenSize }),
    /remove a multiple of 8/,
  );

  const report = await pruneStructure(folder, out, { ...none, hidden: headSize });
  assert.equal(report.hiddenSize, hiddenSize - headSize);
  assert.deepEqual(report.headsLeft, [attentionHeads - 1, attentionHeads - 1]);
  const config = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'));
  assert.equal(config.hidden_size, hiddenSize - headSize);
  const model = TokenClassifier.load(out);
  const [found] = await model.score([windows[0]]);
  model.dispose();
  const ids = [...windows[0].inputIds];
  const inputs = { input_ids: [ids], attention_mask: [ids.map(() => 1)], token_type_ids: [ids.map(() => 0)] };
  const logits = await runOnnx(exportToOnnx(out), inputs as Parameters<typeof runOnnx>[1]);
  const ours = Array.from(logits).filter((_, index) => index % 9 !== 0);
  assert.ok(largestDifference(found, ours) < 1e-5);
});

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { InputError, projectRoot, writeSentences } from '../../foundation';
import { cellSentence } from '../../foundation/sentence.fixture';
import { definitionOf, download, free, Model, readSafetensors, Tape, TokenClassifier, tidy } from '../../nn';
import { networkFixture } from '../../nn/network.fixture';
import { copyTinyBert, largestDifference, tinyBertFolder } from '../../nn/tiny-bert.fixture';
import { exportToOnnx } from '../../onnx';
import { runOnnx } from '../../onnx/run.fixture';
import { type Example, prepareExamples, taggingObjective } from '../../tasks';
import { Tokenizer } from '../../tokenization';
import { BIO } from '../../tokenization/tag-set.fixture';
import { DEFAULT_TRAINING, lossAndGradients } from '../../training';
import { leastHeads, leastOf, leastSharedHeads, measureImportance } from './importance';
import { type PruneOptions, pruneStructure } from './prune';
import { type Network, removeHeads, removeLayers, removeNeurons } from './removal';

const window = { inputIds: Int32Array.of(2, 20, 21, 22, 23, 3) };
const tiny = (): Network => {
  const model = TokenClassifier.load(tinyBertFolder);
  const network = { encoder: model.configuration.encoder, tensors: model.parameters.snapshot() };
  model.dispose();
  return network;
};

function build({ encoder, tensors }: Network): TokenClassifier {
  const model = TokenClassifier.load(tinyBertFolder);
  const { configuration } = model;
  model.dispose();
  return new TokenClassifier({ ...configuration, encoder }, tinyBertFolder, tensors);
}

async function scores(network: Network): Promise<Float32Array> {
  const model = build(network);
  const [found] = await model.score([window]);
  model.dispose();
  return found;
}

/** The network with some inputs of a linear layer multiplied by a factor. */
function scaleColumns(network: Network, name: string, factor: number, isMeant: (column: number) => boolean) {
  const { shape, data } = network.tensors.get(name)!;
  const scaled = data.map((value, index) => (isMeant(index % shape[1]) ? factor * value : value));
  return { ...network, tensors: new Map(network.tensors).set(name, { shape, data: scaled }) };
}

const names = (layer: number) => definitionOf({ type: 'bert' }).layer(layer);

test("a folder with a head pruned by Python's transformers gives PyTorch's logits, and so does our own removal", async () => {
  const folder = join(projectRoot, 'src', 'compression', 'prune', 'fixtures', 'tiny-bert-pruned');
  const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as { logits: number[] };
  const logits = expected.logits.filter((_, index) => index % 9 !== 0);
  const model = TokenClassifier.load(folder);
  assert.deepEqual(model.configuration.encoder.prunedHeads, { 1: [0] });
  const [found] = await model.score([window]);
  model.dispose();
  // The head's outputs without "O", which no sigmoid reads.
  assert.ok(largestDifference(found, logits) < 1e-5);
  const own = removeHeads(tiny(), [[], [0]]);
  assert.ok(largestDifference(await scores(own), logits) < 1e-5);
  const stored = readSafetensors(join(folder, 'model.safetensors'));
  for (const [name, { shape, data }] of own.tensors)
    if (!name.startsWith('classifier')) assert.deepEqual({ shape, data }, stored.get(name), name);
});

test('removing heads and neurons equals setting their outputs to 0', async () => {
  const attention = `${names(1).attentionOutput}.weight`;
  const silentHead = scaleColumns(tiny(), attention, 0, (column) => column < 8);
  assert.ok(largestDifference(await scores(silentHead), await scores(removeHeads(tiny(), [[], [0]]))) < 1e-5);

  const lost = [1, 5, 30];
  let silent = tiny();
  for (const layer of [0, 1])
    silent = scaleColumns(silent, `${names(layer).contract}.weight`, 0, (column) => lost.includes(column));
  const smaller = removeNeurons(tiny(), [lost, lost]);
  assert.equal(smaller.encoder.intermediateSize, 29);
  assert.ok(largestDifference(await scores(silent), await scores(smaller)) < 1e-5);
});

test('MPNet: heads leave all layers and the shared position bias alike, as if their outputs were 0', async () => {
  const { folder, batch } = networkFixture('mpnet-tokens');
  const logitsOf = (network: Network) => {
    const model = new Model(network.encoder, { kind: 'tokens', labels: ['a', 'b', 'c'] }, network.tensors);
    const logits = tidy(() => download(model.logits(new Tape(false), model.parameters.read(), batch)));
    model.dispose();
    return logits;
  };
  const loaded = Model.load(folder);
  const whole: Network = { encoder: loaded.encoder, tensors: loaded.parameters.snapshot() };
  loaded.dispose();
  const namesOf = definitionOf({ type: 'mpnet' }).layer;
  for (const lost of [0, 1]) {
    let silent = whole;
    for (const layer of [0, 1])
      silent = scaleColumns(
        silent,
        `${namesOf(layer).attentionOutput}.weight`,
        0,
        (column) => Math.floor(column / 4) === lost,
      );
    const smaller = removeHeads(whole, [[lost], [lost]]);
    assert.ok(largestDifference(logitsOf(silent), logitsOf(smaller)) < 1e-5);
  }
  assert.deepEqual(leastSharedHeads([Float64Array.of(1, 3, 2), Float64Array.of(4, 1, 2)], 2), [
    [1, 2],
    [1, 2],
  ]);
});

test('MPNet: heads of single layers are not removed', async (context) => {
  const out = copyTinyBert(context);
  const { folder } = networkFixture('mpnet-tokens');
  const options = {
    data: [],
    sentences: 1,
    seed: 1,
    loss: 'bce',
    layers: 0,
    heads: 1,
    neurons: 0,
    hidden: 0,
  };
  await assert.rejects(pruneStructure(folder, join(out, 'pruned'), options as PruneOptions), {
    name: 'InputError',
    message: /share a position bias of each head.*give --hidden/,
  });
});

test('the remaining layers are renumbered together with their pruned heads', () => {
  const { encoder, tensors } = removeLayers(removeHeads(tiny(), [[], [1]]), [0]);
  assert.equal(encoder.layers, 1);
  assert.deepEqual(encoder.prunedHeads, { 0: [1] });
  const name = `${names(0).expand}.weight`;
  assert.deepEqual(tensors.get(name), tiny().tensors.get(`${names(1).expand}.weight`));
  assert.ok(![...tensors.keys()].some((one) => one.includes('.layer.1.')));
  assert.equal(removeLayers(removeHeads(tiny(), [[0], []]), [0]).encoder.prunedHeads, undefined);
});

const example: Example = {
  ...window,
  labels: Uint8Array.from({ length: 48 }, (_, index) => (index === 10 || index === 19 ? 1 : 0)),
  known: Uint8Array.from({ length: 48 }, (_, index) => (index >= 8 && index < 40 ? 1 : 0)),
};
const options = { ...DEFAULT_TRAINING, loss: 'cross_entropy' as const };

function lossOf(network: Network, examples: Example[], loss: 'cross_entropy' | 'bce'): number {
  const model = build(network);
  const task = taggingObjective(model, { ...options, loss });
  const found = lossAndGradients(task, { examples, share: 1, draw: 0 }, 0);
  free(...found.gradients.values());
  model.dispose();
  return found.loss;
}

test("importance is the derivative of the loss by a factor on the part's output", async () => {
  const model = build(tiny());
  const { heads, neurons } = await measureImportance(
    model,
    taggingObjective(model, options),
    [example],
    () => {},
  );
  model.dispose();
  const slope = (name: string, isMeant: (column: number) => boolean) => {
    const at = (factor: number) =>
      lossOf(scaleColumns(tiny(), name, factor, isMeant), [example], 'cross_entropy');
    return Math.abs(at(1.01) - at(0.99)) / 0.02;
  };
  for (const layer of [0, 1]) {
    const found = [0, 1].map((head) =>
      slope(`${names(layer).attentionOutput}.weight`, (column) => Math.floor(column / 8) === head),
    );
    const norm = Math.hypot(...found);
    found.forEach((value, head) => {
      assert.ok(Math.abs(heads[layer][head] - value / norm) < 0.02, `head ${head} of layer ${layer}`);
    });
    for (const neuron of [0, 7, 31]) {
      const value = slope(`${names(layer).contract}.weight`, (column) => column === neuron);
      assert.ok(Math.abs(neurons[layer][neuron] - value) < 0.02 * value + 2e-4, `neuron ${neuron}`);
    }
  }
});

test("importance does not depend on the model's dropout", async () => {
  const { encoder, tensors } = tiny();
  const importanceWith = async (dropout: number) => {
    const model = build({
      encoder: { ...encoder, hiddenDropout: dropout, attentionDropout: dropout },
      tensors,
    });
    const found = await measureImportance(model, taggingObjective(model, options), [example], () => {});
    model.dispose();
    return found;
  };
  assert.deepEqual(await importanceWith(0.5), await importanceWith(0));
});

test('the least important heads are removed first, and every layer keeps one', () => {
  const heads = [Float64Array.of(0.1, 0.2, 0.3), Float64Array.of(0.9, 0.15)];
  assert.deepEqual(leastHeads(heads, 2), [[0], [1]]);
  assert.deepEqual(leastHeads(heads, 3), [[0, 1], [1]]);
  assert.deepEqual(leastOf(Float64Array.of(3, 1, 2), 2), [1, 2]);
});

function prepare(t: TestContext) {
  const folder = copyTinyBert(t);
  const data = [join(folder, 'data.jsonl')];
  const sentences = ['the b-cell grows', 'two t-cell die', 'the neuron fires'].map(cellSentence);
  writeSentences(data[0], sentences);
  const none = {
    data,
    sentences: 10,
    seed: 1,
    loss: 'bce' as const,
    layers: 0,
    heads: 0,
    neurons: 0,
    hidden: 0,
  };
  const out = join(folder, '..', 'pruned');
  const prune = (more: Partial<PruneOptions>) => pruneStructure(folder, out, { ...none, ...more });
  return { folder, out, prune, sentences };
}

test('a pruned folder is smaller, loads, exports, and gives the same logits as its export', async (t) => {
  const { folder, out, prune } = prepare(t);
  const report = await prune({ heads: 1, neurons: 8 });
  assert.equal(
    report.headsLeft.reduce((sum, heads) => sum + heads, 0),
    3,
  );
  // A head: three times 8 rows of 16 with their biases, and 8 columns of 16. A neuron: a row, a bias and a column, in two layers.
  assert.equal(report.parameters.before - report.parameters.after, 8 * (3 * 17 + 16) + 2 * 8 * 33);
  const size = (path: string) => readFileSync(join(path, 'model.safetensors')).length;
  assert.ok(size(out) < size(folder));
  assert.deepEqual(JSON.parse(readFileSync(join(out, 'prune.json'), 'utf8')), report);

  const model = TokenClassifier.load(out);
  const [found] = await model.score([window]);
  model.dispose();
  const inputs = {
    input_ids: [[...window.inputIds]],
    attention_mask: [[1, 1, 1, 1, 1, 1]],
    token_type_ids: [[0, 0, 0, 0, 0, 0]],
  };
  const logits = await runOnnx(exportToOnnx(out), inputs as Parameters<typeof runOnnx>[1]);
  const ours = Array.from(logits).filter((_, index) => index % 9 !== 0);
  assert.ok(largestDifference(found, ours) < 1e-5);
});

test('the layer whose removal gives the lowest loss is removed', async (t) => {
  const { out, prune, sentences } = prepare(t);
  const report = await prune({ layers: 1 });
  const { examples } = await prepareExamples(sentences, new Tokenizer(tinyBertFolder), {
    ...BIO,
    maximumLength: 64,
  });
  const losses = [0, 1].map((layer) => lossOf(removeLayers(tiny(), [layer]), examples, 'bce'));
  const [removed] = leastOf(Float64Array.from(losses), 1);
  assert.deepEqual(report.removedLayers, [removed]);
  assert.ok(Math.abs(report.loss.after - losses[removed]) < 1e-5);
  assert.ok(Math.abs(report.loss.before - lossOf(tiny(), examples, 'bce')) < 1e-5);
  const stored = readSafetensors(join(out, 'model.safetensors')).get(`${names(0).expand}.weight`)!;
  assert.deepEqual(stored.data, tiny().tensors.get(`${names(1 - removed).expand}.weight`)!.data);
});

test('invalid prunings are refused in one sentence, and nothing is written', async (t) => {
  const { folder, out, prune } = prepare(t);
  const refuses = async (work: Promise<unknown>, message: RegExp) => {
    await assert.rejects(work, (error: Error) => {
      assert.ok(error instanceof InputError, error.stack);
      assert.match(error.message, message);
      assert.ok(!error.message.includes('\n'));
      return true;
    });
    assert.ok(!existsSync(out));
  };
  await refuses(prune({}), /nothing to prune/);
  await refuses(prune({ heads: 3 }), /3 heads cannot be removed, at most 2/);
  await refuses(prune({ heads: 2, layers: 1 }), /2 heads cannot be removed, at most 1/);
  await refuses(prune({ layers: 2 }), /cannot remove 2 of 2 layers/);
  await refuses(prune({ neurons: 32 }), /cannot remove 32 of 32 neurons/);
  await refuses(prune({ heads: 1, data: [join(folder, 'none.jsonl')] }), /none.jsonl/);
  await refuses(
    pruneStructure(out, `${out}-2`, {
      data: [],
      sentences: 1,
      seed: 1,
      loss: 'bce',
      layers: 1,
      heads: 0,
      neurons: 0,
      hidden: 0,
    }),
    /not a model folder/,
  );
});

import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { onnx } from 'onnx-proto';
import { InputError } from '../foundation';
import {
  readConfiguration,
  readHead,
  readSafetensors,
  type Tensor,
  TokenClassifier,
  writeSafetensors,
} from '../nn';
import { networkFixture, networkFixtureNames } from '../nn/network.fixture';
import { copyTinyBert, largestDifference, tinyBertExample } from '../nn/tiny-bert.fixture';
import { encoderGraph, type GraphHead } from './encoder-graph';
import { encodeAsOnnx, exportToOnnx } from './export';
import { fuseModel } from './fuse/fuse';
import { fuseFolder } from './fuse/fuse-folder';
import { quantizeModel } from './quantize/dynamic';
import { quantizeFolder } from './quantize/quantize';
import { runOnnx, runOnnxBatch } from './run.fixture';

test('logits equal those of Hugging Face, including padding and token types', async (t) => {
  const path = exportToOnnx(copyTinyBert(t));
  const example = tinyBertExample();
  const difference = largestDifference(await runOnnx(path, example), example.logits.flat(2));
  assert.ok(difference < 1e-5, `largest difference ${difference}`);
});

for (const name of networkFixtureNames().filter((name) => !name.endsWith('-vocabulary'))) {
  test(`${name}: exported, fused and quantized, it gives the logits of PyTorch`, async () => {
    const { folder, batch, logits } = networkFixture(name);
    const plain = onnx.ModelProto.decode(encodeAsOnnx(folder));
    const run = (model: onnx.ModelProto) => runOnnxBatch(onnx.ModelProto.encode(model).finish(), batch);
    const differences = await Promise.all(
      [plain, fuseModel(plain, name), quantizeModel(fuseModel(plain, name))].map(async (model) =>
        largestDifference(await run(model), logits),
      ),
    );
    assert.ok(differences[0] < 1e-5 && differences[1] < 1e-5, `${differences}`);
    assert.ok(differences[2] < 0.05, `int8: ${differences[2]}`);
    assert.equal(
      plain.graph!.input!.some((input) => input.name === 'token_type_ids'),
      !name.startsWith('distilbert'),
    );
  });
}

test('files derived from old weights are removed when new weights are saved', async (t) => {
  const folder = copyTinyBert(t);
  exportToOnnx(folder);
  const quantized = quantizeFolder(folder);
  exportToOnnx(folder);
  assert.ok(!existsSync(quantized));
  quantizeFolder(folder);
  fuseFolder(folder);
  assert.ok(!existsSync(quantized));
  const model = TokenClassifier.load(folder);
  model.save(folder);
  model.dispose();
  assert.ok(!existsSync(join(folder, 'onnx')));
});

test('batch and length may change between calls', async (t) => {
  const path = exportToOnnx(copyTinyBert(t));
  const example = tinyBertExample();
  const kept = 7; // the second row's tokens, without its padding
  const row = (rows: number[][]) => [rows[1].slice(0, kept)];
  const alone = {
    input_ids: row(example.input_ids),
    attention_mask: row(example.attention_mask),
    token_type_ids: row(example.token_type_ids),
    logits: [example.logits[1].slice(0, kept)],
  };
  const difference = largestDifference(await runOnnx(path, alone), alone.logits.flat(2));
  assert.ok(difference < 1e-5, `largest difference ${difference}`);
});

test('the file is compatible with transformers.js and ONNX Runtime 1.14', (t) => {
  const model = onnx.ModelProto.decode(readFileSync(exportToOnnx(copyTinyBert(t))));
  assert.ok(Number(model.irVersion) <= 8);
  assert.deepEqual(
    model.opsetImport.map(({ domain, version }) => [domain, Number(version)]),
    [['', 17]],
  );
  assert.deepEqual(
    model.graph?.input?.map(({ name }) => name),
    ['input_ids', 'attention_mask', 'token_type_ids'],
  );
  assert.deepEqual(
    model.graph?.output?.map(({ name }) => name),
    ['logits'],
  );
});

test('another folder gets the file and everything needed to run it, but no weights', (t) => {
  const folder = copyTinyBert(t);
  const out = join(folder, '..', 'deployed');
  exportToOnnx(folder, out);
  for (const name of ['config.json', 'tokenizer.json', 'onnx/model.onnx']) {
    assert.ok(existsSync(join(out, name)), name);
  }
  assert.ok(!existsSync(join(out, 'model.safetensors')));
});

test('a layer without one of its heads and some of its neurons can be exported', async (t) => {
  const folder = copyTinyBert(t);
  const { encoder } = readConfiguration(folder);
  const layer = 'bert.encoder.layer.1';
  const logitsOf = (tensors: Map<string, Tensor>) =>
    runOnnx(
      onnx.ModelProto.encode(encoderGraph(encoder, readHead(folder) as GraphHead, tensors, folder)).finish(),
      tinyBertExample(),
    );

  // The same layer with head and neurons present but silenced: their columns of the output layers are zero.
  const silenced = readSafetensors(join(folder, 'model.safetensors'));
  const removed = new Map(silenced);
  const cut = (input: string[], output: string, kept: (index: number) => boolean) => {
    for (const name of input) removed.set(name, keepRows(silenced.get(name)!, kept));
    const tensor = silenced.get(output)!;
    removed.set(output, keepColumns(tensor, kept));
    tensor.data = tensor.data.map((value, index) => (kept(index % tensor.shape[1]) ? value : 0));
  };
  const attention = `${layer}.attention.self`;
  const parts = ['query', 'key', 'value'].flatMap((part) => [
    `${attention}.${part}.weight`,
    `${attention}.${part}.bias`,
  ]);
  cut(parts, `${layer}.attention.output.dense.weight`, (index) => index >= 8);
  const dense = `${layer}.intermediate.dense`;
  cut([`${dense}.weight`, `${dense}.bias`], `${layer}.output.dense.weight`, (index) => index % 3 > 0);

  const difference = largestDifference(await logitsOf(silenced), await logitsOf(removed));
  assert.ok(difference < 1e-5, `largest difference ${difference}`);
});

function keepRows({ shape, data }: Tensor, kept: (row: number) => boolean): Tensor {
  const size = data.length / shape[0];
  const rest = data.filter((_, index) => kept(Math.floor(index / size)));
  return { shape: [rest.length / size, ...shape.slice(1)], data: rest };
}

function keepColumns({ shape, data }: Tensor, kept: (column: number) => boolean): Tensor {
  const rest = data.filter((_, index) => kept(index % shape[1]));
  return { shape: [shape[0], rest.length / shape[0]], data: rest };
}

test('an unexportable model is rejected in one sentence, and nothing is written', (t) => {
  const refuses = (spoil: (folder: string) => void, message: RegExp) => {
    const folder = copyTinyBert(t);
    spoil(folder);
    assert.throws(
      () => exportToOnnx(folder),
      (error: Error) => {
        assert.ok(error instanceof InputError, error.stack);
        assert.match(error.message, message);
        assert.ok(!error.message.includes('\n'));
        return true;
      },
    );
    assert.ok(!existsSync(join(folder, 'onnx')));
  };
  const editConfiguration = (folder: string, change: Record<string, unknown>) => {
    const path = join(folder, 'config.json');
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change }));
  };
  const editWeights = (folder: string, change: (tensors: Map<string, Tensor>) => void) => {
    const path = join(folder, 'model.safetensors');
    const tensors = readSafetensors(path);
    change(tensors);
    writeSafetensors(path, tensors);
  };
  refuses((folder) => rmSync(join(folder, 'model.safetensors')), /no weights/);
  refuses((folder) => rmSync(join(folder, 'config.json')), /not a model folder/);
  refuses((folder) => editConfiguration(folder, { model_type: 'gpt2' }), /"gpt2"; known are bert/);
  refuses(
    (folder) => editConfiguration(folder, { architectures: ['BertForMaskedLM'] }),
    /masked language model/,
  );
  refuses((folder) => editConfiguration(folder, { architectures: ['BertModel'] }), /"BertModel"/);
  refuses((folder) => editConfiguration(folder, { num_hidden_layers: 3 }), /no tensor "bert.encoder.layer.2/);
  refuses((folder) => editConfiguration(folder, { vocab_size: 90 }), /\[82,16\].*\[90,16\]/);
  refuses(
    (folder) => editWeights(folder, (tensors) => tensors.delete('classifier.bias')),
    /no tensor "classifier.bias"/,
  );
  refuses((folder) => writeFileSync(join(folder, 'model.safetensors'), 'short'), /damaged/);
});

test('a tokenizer that is a device is rejected before anything is written', (t) => {
  const folder = copyTinyBert(t);
  rmSync(join(folder, 'tokenizer.json'));
  symlinkSync('/dev/zero', join(folder, 'tokenizer.json')); // reading it to its end would fill memory
  const out = join(folder, 'out');
  assert.throws(() => exportToOnnx(folder, out), /tokenizer\.json: is not a regular file/);
  assert.ok(!existsSync(out));
});

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { onnx } from 'onnx-proto';
import { InputError } from '../../foundation';
import { padBatch, readConfiguration, readHead, readSafetensors, type Tensor } from '../../nn';
import { networkFixture, networkFixtureNames } from '../../nn/network.fixture';
import { copyTinyBert, largestDifference, tinyBertExample } from '../../nn/tiny-bert.fixture';
import { encoderGraph, type GraphHead } from '../encoder-graph';
import { encodeAsOnnx, exportToOnnx } from '../export';
import { quantizeModel } from '../quantize/dynamic';
import { QUANTIZATIONS, quantizeFolder, quantizeFolderStatically } from '../quantize/quantize';
import { runOnnx, runOnnxBatch } from '../run.fixture';
import { fuseModel } from './fuse';
import { fuseFolder } from './fuse-folder';
import { FUSED_OPERATORS, type FusedOperator } from './operators';
import { randomTagger } from './random-tagger.fixture';

const operators = (model: onnx.IModelProto) => model.graph!.node!.map(({ opType }) => opType!);
const bytes = (model: onnx.IModelProto) => onnx.ModelProto.encode(model).finish();

const count = (model: onnx.IModelProto, operator: string) =>
  operators(model).filter((name) => name === operator).length;

/** Every non-empty set of operators. */
const CHOICES: FusedOperator[][] = Array.from({ length: 2 ** FUSED_OPERATORS.length - 1 }, (_, set) =>
  FUSED_OPERATORS.filter((_, index) => (set + 1) & (1 << index)),
);

/** The largest difference of a model's logits before and after fusing, including padding, over all sets of operators. */
async function changeOf(model: onnx.ModelProto): Promise<number> {
  const example = tinyBertExample();
  assert.ok(
    example.attention_mask.some((row) => row.includes(0)),
    'the example has no padding',
  );
  const before = await runOnnx(bytes(model), example);
  const changes = CHOICES.map(async (choice) => {
    const fused = fuseModel(model, 'test', { operators: choice });
    const softmaxes = choice.includes('attention') ? 0 : 2;
    assert.equal(count(fused, 'Softmax'), softmaxes, 'a layer was left as it was');
    return largestDifference(await runOnnx(bytes(fused), example), before);
  });
  return Math.max(...(await Promise.all(changes)));
}

test('a fused file gives the logits of Hugging Face, and each layer is one Attention', async (t) => {
  const folder = copyTinyBert(t);
  exportToOnnx(folder);
  const path = fuseFolder(folder);
  assert.equal(path, join(folder, 'onnx', 'model.onnx'));
  const example = tinyBertExample();
  assert.ok(largestDifference(await runOnnx(path, example), example.logits.flat(2)) < 1e-5);
  const fused = onnx.ModelProto.decode(readFileSync(path));
  const counts = ['Attention', 'Softmax', 'Transpose', 'Cast'].map((operator) => count(fused, operator));
  assert.deepEqual(counts, [2, 0, 0, 1]);
  const names = fused.graph!.initializer!.map(({ name }) => name!);
  assert.ok(!names.some((name) => name.includes('.self.query')), 'the weights that it was made of are left');
});

for (const name of networkFixtureNames().filter((name) => !name.endsWith('-vocabulary'))) {
  test(`${name}: every choice of operators keeps the logits and fuses nothing else`, async () => {
    const { folder, batch } = networkFixture(name);
    const plain = onnx.ModelProto.decode(encodeAsOnnx(folder));
    const [norms, gelus] = ['LayerNormalization', 'Erf'].map((operator) => count(plain, operator));
    const before = await runOnnxBatch(bytes(plain), batch);
    const isBiased = name.startsWith('mpnet');
    for (const choice of CHOICES) {
      if (isBiased && choice.includes('attention')) {
        assert.throws(() => fuseModel(plain, name, { operators: choice }), {
          name: 'InputError',
          message: /its attention has a position bias/,
        });
        continue;
      }
      const fused = fuseModel(plain, name, { operators: choice });
      const chosen = FUSED_OPERATORS.map((operator) => choice.includes(operator));
      const embeddings = /^(bert|electra)/.test(name) ? 1 : 0;
      assert.deepEqual(
        ['Attention', 'BiasGelu', 'SkipLayerNormalization'].map((operator) => count(fused, operator)),
        [2, gelus, 4 + embeddings].map((expected, index) => (chosen[index] ? expected : 0)),
      );
      const left = [count(fused, 'Softmax'), count(fused, 'Erf'), count(fused, 'LayerNormalization')];
      assert.deepEqual(
        left,
        [0, 0, norms - 4 - embeddings].map((rest, index) =>
          chosen[index] ? rest : [2, gelus, norms][index],
        ),
      );
      assert.ok(largestDifference(await runOnnxBatch(bytes(fused), batch), before) < 1e-4, `${choice}`);
    }
  });
}

test('heads of another size, and a layer with a pruned head', async (t) => {
  const folder = copyTinyBert(t);
  const { encoder } = readConfiguration(folder);
  const tensors = readSafetensors(join(folder, 'model.safetensors'));
  const head = readHead(folder) as GraphHead;
  const smallHeads = { ...encoder, attentionHeads: 2 * encoder.attentionHeads };
  assert.ok((await changeOf(encoderGraph(smallHeads, head, tensors, folder))) < 1e-5);

  const layer = 'bert.encoder.layer.1';
  const headSize = encoder.hiddenSize / encoder.attentionHeads;
  for (const part of ['query', 'key', 'value'])
    for (const tensor of ['weight', 'bias']) {
      const name = `${layer}.attention.self.${part}.${tensor}`;
      tensors.set(name, withoutFirstRows(tensors.get(name)!, headSize));
    }
  const output = `${layer}.attention.output.dense.weight`;
  tensors.set(output, withoutFirstColumns(tensors.get(output)!, headSize));
  const pruned = { ...encoder, prunedHeads: { 1: [0] } };
  assert.ok((await changeOf(encoderGraph(pruned, head, tensors, folder))) < 1e-5);
});

function withoutFirstRows({ shape, data }: Tensor, lost: number): Tensor {
  const [rows, ...rest] = shape;
  return { shape: [rows - lost, ...rest], data: data.slice((lost * data.length) / rows) };
}

function withoutFirstColumns({ shape: [rows, columns], data }: Tensor, lost: number): Tensor {
  return { shape: [rows, columns - lost], data: data.filter((_, index) => index % columns >= lost) };
}

const SMALL = {
  ...{ vocabularySize: 50, embeddingSize: 32, hiddenSize: 32, layers: 2, attentionHeads: 4 },
  ...{ prunedHeads: { 1: [2] }, intermediateSize: 48, maximumPositions: 32, tokenTypes: 2, paddingId: 0 },
  ...{ layerNormEpsilon: 1e-12, hiddenDropout: 0, attentionDropout: 0, sequenceDropout: 0 },
};
for (const encoder of [
  { ...SMALL, type: 'bert' },
  { ...SMALL, type: 'distilbert', tokenTypes: 0 },
  { ...SMALL, type: 'electra', embeddingSize: 16 },
] as const) {
  test(`${encoder.type}: fused and then quantized gives the int8 logits of the unfused file`, async () => {
    const plain = randomTagger(encoder);
    const batch = padBatch(
      [12, 7].map((length) => ({ inputIds: Int32Array.from({ length }, (_, id) => 3 * id) })),
    );
    const [fp32, unfused] = await Promise.all(
      [plain, quantizeModel(plain)].map((model) => runOnnxBatch(bytes(model), batch)),
    );
    const loss = largestDifference(unfused, fp32);
    for (const choice of CHOICES) {
      const quantized = quantizeModel(fuseModel(plain, 'test', { operators: choice }));
      assert.equal(count(quantized, 'QAttention'), choice.includes('attention') ? 2 : 0);
      assert.equal(count(quantized, 'Attention'), 0);
      const products = 2 * (choice.includes('attention') ? 3 : 6) + (encoder.type === 'electra' ? 1 : 0);
      assert.equal(count(quantized, 'MatMulInteger'), products);
      const change = largestDifference(await runOnnxBatch(bytes(quantized), batch), unfused);
      assert.ok(change < loss / 10, `${choice}: ${change} where int8 changes ${loss}`);
    }
  });
}

test('quantizations without support for Attention require a plain graph', async (t) => {
  const folder = copyTinyBert(t);
  exportToOnnx(folder);
  fuseFolder(folder);
  const out = join(folder, '..', 'refused');
  const refused = { name: 'InputError', message: /already fused; .*export the model again$/ };
  assert.throws(() => quantizeFolder(folder, out, { kind: '4-bit' }), refused);
  await assert.rejects(quantizeFolderStatically(folder, out, { texts: ['a'], method: 'min-max' }), refused);
  assert.ok(!existsSync(out));
});

test('without attention, the fused file can be quantized in every way', async (t) => {
  const folder = copyTinyBert(t);
  const example = tinyBertExample();
  const ways = [
    ...QUANTIZATIONS.map((kind) => () => quantizeFolder(folder, folder, { kind })),
    () => quantizeFolderStatically(folder, folder, { texts: ['T cells of the liver'], method: 'min-max' }),
  ];
  const logits = async () => {
    const found: Float32Array[] = [];
    for (const quantize of ways) found.push(await runOnnx(await quantize(), example));
    return found;
  };
  exportToOnnx(folder);
  const before = await logits();
  fuseFolder(folder, folder, { operators: ['layer-norm', 'gelu'] });
  const after = await logits();
  after.forEach((found, way) => {
    assert.ok(largestDifference(found, before[way]) < 0.01, `${ways[way]}`);
  });
});

test('another folder gets the file and everything needed to run it, and the original is unchanged', (t) => {
  const folder = copyTinyBert(t);
  const before = readFileSync(exportToOnnx(folder));
  const out = join(folder, '..', 'fused');
  assert.equal(fuseFolder(folder, out), join(out, 'onnx', 'model.onnx'));
  assert.ok(existsSync(join(out, 'config.json')) && existsSync(join(out, 'tokenizer.json')));
  assert.deepEqual(readFileSync(join(folder, 'onnx', 'model.onnx')), before);
});

test('an unfusable file is rejected in one sentence, and nothing is written', (t) => {
  const refuses = (prepare: (folder: string) => void, message: RegExp) => {
    const folder = copyTinyBert(t);
    prepare(folder);
    const path = join(folder, 'onnx', 'model.onnx');
    const before = existsSync(path) && readFileSync(path);
    const out = join(folder, '..', `refused-${message.source.length}`);
    for (const target of [out, undefined]) {
      assert.throws(
        () => fuseFolder(folder, target),
        (error: Error) =>
          error instanceof InputError && message.test(error.message) && !error.message.includes('\n'),
      );
    }
    assert.ok(!existsSync(out));
    assert.deepEqual(existsSync(path) && readFileSync(path), before);
  };
  refuses((folder) => rmSync(join(folder, 'config.json')), /not a model folder/);
  refuses(() => {}, /no onnx\/model\.onnx to fuse/);
  refuses((folder) => {
    exportToOnnx(folder);
    fuseFolder(folder);
  }, /already fused/);
  refuses((folder) => {
    renameSync(quantizeFolder(exported(folder)), join(folder, 'onnx', 'model.onnx'));
  }, /already quantized/);
  refuses((folder) => {
    fuseFolder(exported(folder));
    renameSync(quantizeFolder(folder), join(folder, 'onnx', 'model.onnx'));
  }, /already quantized/);
  refuses((folder) => {
    mkdirSync(join(folder, 'onnx'));
    writeFileSync(join(folder, 'onnx', 'model.onnx'), 'no graph at all');
  }, /not an ONNX file|contains no graph/);
  refuses((folder) => fuseFolder(exported(folder), folder, { operators: ['gelu'] }), /already fused/);
  refuses((folder) => {
    const model = onnx.ModelProto.decode(readFileSync(exportToOnnx(folder)));
    for (const node of model.graph!.node!) if (node.opType === 'Softmax') node.opType = 'LogSoftmax';
    writeFileSync(join(folder, 'onnx', 'model.onnx'), bytes(model));
  }, /no attention that can be fused/);
  // A graph that would not run at all.
  refuses((folder) => {
    const model = onnx.ModelProto.decode(readFileSync(exportToOnnx(folder)));
    for (const { opType, attribute } of model.graph!.node!) {
      if (opType === 'Transpose') attribute![0].ints = [0, 3, 1, 2];
    }
    writeFileSync(join(folder, 'onnx', 'model.onnx'), bytes(model));
  }, /cannot be multiplied with/);
});

test('operators are chosen by name', (t) => {
  const folder = exported(copyTinyBert(t));
  const before = readFileSync(join(folder, 'onnx', 'model.onnx'));
  const refuses = (chosen: string[], message: string) =>
    assert.throws(() => fuseFolder(folder, folder, { operators: chosen }), { name: 'InputError', message });
  refuses(
    ['gelu', 'layernorm'],
    '"layernorm": no operator of that name can be fused; choose from attention, gelu, layer-norm',
  );
  refuses([], 'no operator to fuse is named; choose from attention, gelu, layer-norm');
  assert.deepEqual(readFileSync(join(folder, 'onnx', 'model.onnx')), before);
});

function exported(folder: string): string {
  exportToOnnx(folder);
  return folder;
}

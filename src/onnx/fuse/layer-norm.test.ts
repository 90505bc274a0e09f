import assert from 'node:assert/strict';
import test from 'node:test';
import { onnx } from 'onnx-proto';
import { readConfiguration, readHead, readSafetensors } from '../../nn';
import { networkFixture } from '../../nn/network.fixture';
import { copyTinyBert, largestDifference, tinyBertExample } from '../../nn/tiny-bert.fixture';
import { encoderGraph, type GraphHead } from '../encoder-graph';
import { encodeAsOnnx } from '../export';
import { runOnnx, runOnnxBatch } from '../run.fixture';
import { fuseModel } from './fuse';

const fuse = (model: onnx.ModelProto) => fuseModel(model, 'test', { operators: ['layer-norm'] });
const bytes = (model: onnx.IModelProto) => onnx.ModelProto.encode(model).finish();
/** Number of inputs of each: five with a bias. */
const inputsOf = ({ graph }: onnx.IModelProto, operator: string) =>
  graph!.node!.filter(({ opType }) => opType === operator).map(({ input }) => input!.length);

for (const [name, fused, left] of [
  ['bert-tokens', [4, 5, 5, 5, 5], 0],
  ['electra-tokens', [4, 5, 5, 5, 5], 0],
  ['distilbert-tokens', [5, 5, 5, 5], 1], // positions alone do not have the words' shape
] as const) {
  test(`${name}: residual sums with their biases, and embeddings if there are token types`, async () => {
    const { folder, batch } = networkFixture(name);
    const plain = onnx.ModelProto.decode(encodeAsOnnx(folder));
    const found = fuse(plain);
    assert.deepEqual(inputsOf(found, 'SkipLayerNormalization'), fused);
    assert.equal(inputsOf(found, 'LayerNormalization').length, left);
    const [before, after] = await Promise.all(
      [plain, found].map((model) => runOnnxBatch(bytes(model), batch)),
    );
    assert.ok(largestDifference(after, before) < 1e-5);
  });
}

test('epsilon is kept, and a linear layer may have no bias', async (t) => {
  const folder = copyTinyBert(t);
  const encoder = { ...readConfiguration(folder).encoder, layerNormEpsilon: 0.5 };
  const tensors = readSafetensors(`${folder}/model.safetensors`);
  const plain = encoderGraph(encoder, readHead(folder) as GraphHead, tensors, folder);
  const node = plain.graph!.node!;
  const bias = node.find(({ input }) => input![1] === 'bert.encoder.layer.0.output.dense.bias')!;
  const product = node.find(({ output }) => output![0] === bias.input![0])!;
  product.output = bias.output;
  node.splice(node.indexOf(bias), 1);
  const fused = fuse(plain);
  assert.deepEqual(inputsOf(fused, 'SkipLayerNormalization'), [4, 5, 4, 5, 5]);
  const example = tinyBertExample();
  const [before, after] = [await runOnnx(bytes(plain), example), await runOnnx(bytes(fused), example)];
  assert.ok(largestDifference(after, before) < 1e-5);
});

test('another axis than the last is not fused', async (t) => {
  const plain = onnx.ModelProto.decode(encodeAsOnnx(copyTinyBert(t)));
  const norms = plain.graph!.node!.filter(({ opType }) => opType === 'LayerNormalization');
  for (const { attribute } of norms) attribute!.find(({ name }) => name === 'axis')!.i = 1;
  assert.throws(() => fuse(plain), /^InputError: test: contains no layer-norm that can be fused/);
});

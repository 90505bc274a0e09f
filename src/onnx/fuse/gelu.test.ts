import assert from 'node:assert/strict';
import test from 'node:test';
import { onnx } from 'onnx-proto';
import { InputError } from '../../foundation';
import { networkFixture } from '../../nn/network.fixture';
import { largestDifference } from '../../nn/tiny-bert.fixture';
import { encodeAsOnnx } from '../export';
import { runOnnxBatch } from '../run.fixture';
import { fuseModel } from './fuse';

const operators = ['gelu'];
const { folder, batch } = networkFixture('electra-sequence');
const exported = () => onnx.ModelProto.decode(encodeAsOnnx(folder));
const logits = (model: onnx.IModelProto) => runOnnxBatch(onnx.ModelProto.encode(model).finish(), batch);
const geluOf = ({ graph }: onnx.IModelProto) =>
  graph!
    .node!.filter(({ opType }) => opType!.endsWith('Gelu') || opType === 'Erf')
    .map(({ opType }) => opType);

/** In the layers and in the head of a sentence. */
const FOUND = 3;

test('GELU is fused with the bias of the linear layer, in the layers and in the head', async () => {
  const plain = exported();
  const fused = fuseModel(plain, 'test', { operators });
  assert.deepEqual(geluOf(fused), Array(FOUND).fill('BiasGelu'));
  assert.ok(largestDifference(await logits(fused), await logits(plain)) < 1e-5);
  // An Erf and the nodes around it are five, and the bias one more.
  assert.equal(plain.graph!.node!.length - fused.graph!.node!.length, 5 * FOUND);
});

test('a value with other readers is not fused, and a constant that is not a vector is not a bias', async () => {
  const plain = exported();
  const { node, initializer, output } = plain.graph!;
  const [first, ...sums] = node!.flatMap(({ opType, input }) =>
    opType === 'Div' && input![0].endsWith('dense') ? [input![0]] : [],
  );
  output!.push({ name: first, type: { tensorType: { elemType: onnx.TensorProto.DataType.FLOAT } } });
  for (const tensor of initializer!)
    if (sums.some((sum) => tensor.name === `${sum}.bias`)) tensor.dims = [1, ...tensor.dims!];
  const fused = fuseModel(plain, 'test', { operators });
  assert.deepEqual(geluOf(fused), Array(FOUND).fill('Gelu'));
  assert.ok(largestDifference(await logits(fused), await logits(plain)) < 1e-5);
});

test('other constants are not a GELU', () => {
  const plain = exported();
  for (const tensor of plain.graph!.initializer!)
    if (tensor.name === 'scalar/0.5') tensor.rawData = new Uint8Array(Float32Array.of(0.4).buffer);
  assert.throws(
    () => fuseModel(plain, 'test', { operators }),
    (error: Error) =>
      error instanceof InputError && /^test: contains no gelu that can be fused/.test(error.message),
  );
});

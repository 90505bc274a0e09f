import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { onnx } from 'onnx-proto';
import { InputError } from '../../foundation';
import { copyTinyBert, largestDifference, tinyBertExample } from '../../nn/tiny-bert.fixture';
import { exportToOnnx } from '../export';
import { runOnnx } from '../run.fixture';
import { QUANTIZATIONS, quantizeFolder, quantizeFolderStatically } from './quantize';

test('int8 logits stay close to those of Hugging Face, and O stays exactly 0', async (t) => {
  const folder = copyTinyBert(t);
  exportToOnnx(folder);
  const example = tinyBertExample();
  const expected = example.logits.flat(2);
  const logits = await runOnnx(quantizeFolder(folder), example);
  const difference = largestDifference(logits, expected);
  const spread = Math.max(...expected) - Math.min(...expected);
  assert.ok(difference > 1e-4, 'these are the fp32 logits: nothing was quantized');
  assert.ok(difference < 0.05 * spread, `largest difference ${difference}, the logits span ${spread}`);
  logits.forEach((logit, index) => {
    if (index % 9 === 0) assert.equal(logit, 0);
  });
});

test('no matrix except the head and the token types stays in floats', (t) => {
  const folder = copyTinyBert(t);
  exportToOnnx(folder);
  const { graph } = onnx.ModelProto.decode(readFileSync(quantizeFolder(folder)));
  const floatMatrices = graph!.initializer!.filter(
    ({ dims, dataType }) =>
      dataType === onnx.TensorProto.DataType.FLOAT && dims!.length === 2 && Number(dims![1]) > 1,
  );
  assert.deepEqual(
    floatMatrices.map(({ name }) => name),
    ['bert.embeddings.token_type_embeddings.weight', 'classifier.weight'],
  );
  const products = graph!.node!.filter(({ opType }) => opType === 'MatMulInteger').length;
  assert.equal(products, 2 * 6); // query, key, value, output, two of the feed-forward, in two layers
});

test('an unquantizable model is rejected in one sentence, and nothing is written', (t) => {
  const refuses = (prepare: (folder: string) => void, message: RegExp) => {
    const folder = copyTinyBert(t);
    prepare(folder);
    assert.throws(
      () => quantizeFolder(folder),
      (error: Error) =>
        error instanceof InputError && message.test(error.message) && !error.message.includes('\n'),
    );
    assert.ok(!existsSync(join(folder, 'onnx', 'model_quantized.onnx')));
  };
  const exported = (folder: string) => readFileSync(exportToOnnx(folder));
  refuses(() => {}, /no onnx\/model.onnx/);
  refuses((folder) => rmSync(join(folder, 'config.json')), /not a model folder/);
  for (const kind of QUANTIZATIONS) {
    refuses((folder) => {
      const path = exportToOnnx(folder);
      renameSync(quantizeFolder(folder, folder, { kind }), path);
    }, /already quantized/);
  }
  refuses(
    (folder) => writeFileSync(join(folder, 'onnx', 'model.onnx'), exported(folder).subarray(0, 1000)),
    /not an ONNX file/,
  );
  refuses((folder) => {
    exported(folder);
    writeFileSync(join(folder, 'onnx', 'model.onnx'), '');
  }, /contains no graph/);
});

test('calibration requires sentences and floats, and writes nothing without them', async (t) => {
  const folder = copyTinyBert(t);
  const path = exportToOnnx(folder);
  const quantized = join(folder, 'onnx', 'model_quantized.onnx');
  const attempt = (texts: string[]) => quantizeFolderStatically(folder, folder, { texts, method: 'min-max' });
  await assert.rejects(attempt([' ', '']), /no calibration sentences/);
  assert.ok(!existsSync(quantized));
  renameSync(await attempt(['T cells']), path);
  await assert.rejects(attempt(['T cells']), /already quantized/);
  assert.ok(!existsSync(quantized));
});

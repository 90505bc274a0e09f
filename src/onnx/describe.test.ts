import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { summarizeModel } from '../nn';
import { copyTinyBert } from '../nn/tiny-bert.fixture';
import { tinyClassifier } from '../nn/tiny-classifier.fixture';
import { describeOnnx } from './describe';
import { exportToOnnx } from './export';
import { quantizeFolder } from './quantize';

test('an export is described by its inputs with their free axes, its outputs and its operators', (t) => {
  const folder = tinyClassifier(t);
  const { operatorSet, inputs, outputs, operators, tensors, quantized } = describeOnnx(
    folder,
    exportToOnnx(folder),
  );
  assert.equal(operatorSet, 17);
  assert.deepEqual(
    inputs.map(({ name, type, axes }) => [name, type, axes]),
    ['input_ids', 'attention_mask', 'token_type_ids'].map((name) => [name, 'int64', ['batch', 'length']]),
  );
  assert.deepEqual(outputs, [{ name: 'logits', type: 'float', axes: ['batch', 3] }]);
  assert.ok(operators.MatMul > 5);
  assert.deepEqual(quantized, []);
  const constants = tensors[0].numbers - summarizeModel(folder).parameters;
  assert.ok(tensors[0].type === 'float' && constants >= 0 && constants < 20, `${constants}`);
});

test('matrices whose names are kept stay in floats', (t) => {
  const folder = copyTinyBert(t);
  exportToOnnx(folder);
  const quantizedWith = (keep?: string[]) =>
    describeOnnx(folder, quantizeFolder(folder, folder, { keep })).quantized;
  const all = quantizedWith();
  assert.ok(
    all.some((name) => name.includes('.layer.0.')) && all.some((name) => name.includes('word_embeddings')),
  );
  const some = quantizedWith(['.layer.0.', 'word_embeddings']);
  assert.deepEqual(
    some,
    all.filter((name) => !name.includes('.layer.0.') && !name.includes('word_embeddings')),
  );
  for (const part of ['', '.layer.7.'])
    assert.throws(() => quantizedWith([part]), {
      name: 'InputError',
      message: /no matrix has .* in its name, so nothing can be kept in floats by it/,
    });
});

test('a file that is no graph is refused', (t) => {
  const folder = tinyClassifier(t);
  const path = exportToOnnx(folder);
  writeFileSync(path, 'no graph');
  assert.throws(() => describeOnnx(folder, path), { name: 'InputError' });
});

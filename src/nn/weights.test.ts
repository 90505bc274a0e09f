import assert from 'node:assert/strict';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSafetensors, writeSafetensors } from './safetensors';
import type { Tensor } from './stored-tensor';
import { copyTinyBert } from './tiny-bert.fixture';
import { TokenClassifier } from './token-classifier';
import { openWeights } from './weights';

const BIAS = 'bert.encoder.layer.1.output.dense.bias';

function edit(folder: string, change: (tensors: Map<string, Tensor>) => void): void {
  const path = join(folder, 'model.safetensors');
  const tensors = readSafetensors(path);
  change(tensors);
  writeSafetensors(path, tensors);
}

test('non-finite weights are rejected by file and tensor, even a single one', (context) => {
  const folder = copyTinyBert(context);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    edit(folder, (tensors) => {
      tensors.get(BIAS)!.data[7] = value;
    });
    assert.throws(() => TokenClassifier.load(folder), {
      name: 'InputError',
      message: new RegExp(
        `model\\.safetensors: "${BIAS}" holds numbers that are not finite \\(${value} at place 7\\)`,
      ),
    });
  }
});

test('non-finite halves, and 64-bit numbers outside the range of 32 bits, are rejected', (context) => {
  const folder = copyTinyBert(context);
  const path = join(folder, 'model.safetensors');
  const put = (dtype: string, bytes: Uint8Array, shape: number[]) => {
    const header = JSON.stringify({ x: { dtype, shape, data_offsets: [0, bytes.length] } });
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(BigInt(header.length));
    writeFileSync(path, Buffer.concat([prefix, Buffer.from(header), bytes]));
  };
  for (const [dtype, bytes] of [
    ['F16', new Uint8Array(Uint16Array.of(0x3c00, 0x7c00).buffer)],
    ['F16', new Uint8Array(Uint16Array.of(0x3c00, 0x7e00).buffer)],
    ['BF16', new Uint8Array(Uint16Array.of(0x3f80, 0xff80).buffer)],
    ['F64', new Uint8Array(Float64Array.of(1, 1e300).buffer)],
  ] as const) {
    put(dtype, bytes, [2]);
    assert.throws(() => openWeights(folder).get('x'), { name: 'InputError', message: /not finite/ });
  }
  put('I64', new Uint8Array(16), [2]);
  assert.throws(() => openWeights(folder).get('x'), {
    name: 'InputError',
    message: /"x" holds numbers of type I64/,
  });
});

test('weights in several files with an index are read like those in one', (context) => {
  const folder = copyTinyBert(context);
  const expected = TokenClassifier.load(folder);
  const tensors = [...readSafetensors(join(folder, 'model.safetensors'))];
  const half = tensors.length >> 1;
  const names = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
  writeSafetensors(join(folder, names[0]), new Map(tensors.slice(0, half)));
  writeSafetensors(join(folder, names[1]), new Map(tensors.slice(half)));
  rmSync(join(folder, 'model.safetensors'));
  const index = join(folder, 'model.safetensors.index.json');
  const map = Object.fromEntries(tensors.map(([name], place) => [name, names[place < half ? 0 : 1]]));
  const writeIndex = (weightMap: unknown) => writeFileSync(index, JSON.stringify({ weight_map: weightMap }));
  writeIndex(map);
  const found = TokenClassifier.load(folder);
  assert.deepEqual(found.parameters.snapshot(), expected.parameters.snapshot());
  for (const model of [found, expected]) model.dispose();

  const refuses = (message: RegExp) =>
    assert.throws(() => TokenClassifier.load(folder), { name: 'InputError', message });
  writeIndex({ ...map, [BIAS]: '../outside.safetensors' });
  refuses(/names "\.\.\/outside\.safetensors"/);
  writeIndex({ ...map, [BIAS]: 'model-00003-of-00002.safetensors' });
  refuses(/names model-00003-of-00002\.safetensors, which is missing/);
  writeIndex(null);
  refuses(/names 0 files/);
  writeFileSync(index, 'not JSON');
  refuses(/not valid JSON/);
  writeSafetensors(join(folder, names[1]), new Map(tensors.slice(half - 1)));
  writeIndex(map);
  refuses(/again, which model-00001/);
});

test('weights in another format, and a pointer file instead of weights, are reported with what to do', (context) => {
  const folder = copyTinyBert(context);
  const path = join(folder, 'model.safetensors');
  for (const [name, message] of [
    ['tf_model.h5', /weights in tf_model\.h5, a format that is not read.*safe_serialization=True/],
    [
      'pytorch_model-00001-of-00002.bin',
      /has pytorch_model-00001-of-00002\.bin, but no pytorch_model\.bin\.index/,
    ],
    ['model-00001-of-00002.safetensors', /but no model\.safetensors\.index\.json/],
    ['weights.pt', /model\.safetensors is missing, as is pytorch_model\.bin/],
  ] as const) {
    renameSync(path, join(folder, name));
    assert.throws(() => TokenClassifier.load(folder), { name: 'InputError', message });
    renameSync(join(folder, name), path);
  }
  writeFileSync(path, 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n');
  assert.throws(() => TokenClassifier.load(folder), { name: 'InputError', message: /git lfs pull/ });
});

test('a tensor is found without the prefix of its encoder, and by no other part of its name', (context) => {
  const folder = copyTinyBert(context);
  edit(folder, (tensors) => {
    tensors.set('weight', tensors.get('classifier.weight')!);
    tensors.delete('classifier.weight');
  });
  assert.throws(() => TokenClassifier.load(folder), {
    name: 'InputError',
    message: /"classifier\.weight" is missing/,
  });
});

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { Model } from '../model';
import { readSafetensors } from '../safetensors';
import type { Tensor } from '../stored-tensor';
import { openWeights, weightFiles } from '../weights';
import {
  archived,
  olderTorch,
  pickled,
  published,
  publishedFolder,
  temporaryFolder,
  tensor,
  text,
  torchArchive,
  whole,
} from './published.fixture';

const reference = readSafetensors(published('reference.safetensors'));

function assertSame(folder: string, expected: ReadonlyMap<string, Tensor>): void {
  const weights = openWeights(folder);
  for (const [name, { shape, data }] of expected) {
    assert.deepEqual(weights.shapeOf(name), shape, name);
    assert.deepEqual(weights.get(name), { shape, data }, name);
  }
}

const files = [
  ...['archive', 'older', 'float16', 'bfloat16', 'float64', 'older-float16', 'views', 'older-views'],
  ...['attributes', 'parallel', 'nested'],
];

for (const name of files)
  test(`the tagger in ${name}.bin is read as in safetensors`, (context) => {
    const folder = publishedFolder(context, { 'pytorch_model.bin': `${name}.bin` });
    assert.deepEqual(weightFiles(folder), [join(folder, 'pytorch_model.bin')]);
    assertSame(folder, reference);
  });

for (const shards of ['torch-shards', 'safetensors-shards'])
  test(`the tagger in ${shards} is read as in one file`, (context) => {
    const names = readdirSync(published(shards));
    const folder = publishedFolder(
      context,
      Object.fromEntries(names.map((name) => [name, join(shards, name)])),
    );
    assert.equal(weightFiles(folder).length, 2);
    assertSame(folder, reference);
  });

test('a folder with only config.json, vocab.txt and pytorch_model.bin is a model', (context) => {
  const parametersOf = (files: Record<string, string>) => {
    const model = Model.load(publishedFolder(context, files));
    const snapshot = model.parameters.snapshot();
    model.dispose();
    return snapshot;
  };
  const expected = parametersOf({ 'model.safetensors': 'reference.safetensors' });
  assert.deepEqual(parametersOf({ 'pytorch_model.bin': 'archive.bin' }), expected);
  assert.deepEqual(parametersOf({ 'pytorch_model.bin': 'older.bin' }), expected);
});

test('an encoder without head or prefix, and all of pretraining with the first names of LayerNorm, are read', (context) => {
  const encoder = new Map([...reference].filter(([name]) => name.startsWith('bert.')));
  for (const name of ['encoder', 'pretraining']) {
    const folder = publishedFolder(context, { 'pytorch_model.bin': `${name}.bin` });
    assertSame(folder, encoder);
    const weights = openWeights(folder);
    assert.equal(weights.get('classifier.weight'), undefined);
    assert.deepEqual(weights.shapeOf('bert.pooler.dense.weight'), [8, 8]);
  }
  const folder = publishedFolder(context, { 'pytorch_model.bin': 'pretraining.bin' });
  assert.ok(openWeights(folder).get('cls.predictions.transform.LayerNorm.weight'));
  assert.throws(() => openWeights(folder).get('bert.embeddings.position_ids'), /numbers of type I64/);
});

test('safetensors are preferred, as in Python; a repeated view and another shape are refused', (context) => {
  const folder = publishedFolder(context, {
    'model.safetensors': 'reference.safetensors',
    'pytorch_model.bin': 'runs.bin',
  });
  assertSame(folder, reference);
  const views = publishedFolder(context, { 'pytorch_model.bin': 'views.bin' });
  assert.deepEqual(
    openWeights(views).get('cls.predictions.decoder.weight'),
    reference.get('bert.embeddings.word_embeddings.weight'),
  );
  assert.throws(
    () => openWeights(views).get('expanded'),
    /"expanded" of shape \[1000,1000\] repeats 4 bytes/,
  );
});

test('a checkpoint of another shape is refused with the tensor and both shapes, and one without a tensor by its name', (context) => {
  const folder = publishedFolder(context, { 'pytorch_model.bin': 'archive.bin' });
  const path = join(folder, 'config.json');
  const config = JSON.parse(readFileSync(path, 'utf8'));
  const refuses = (changes: object, message: RegExp) => {
    writeFileSync(path, JSON.stringify({ ...config, ...changes }));
    assert.throws(() => Model.load(folder), { name: 'InputError', message });
  };
  refuses(
    { intermediate_size: 16 },
    /pytorch_model\.bin: "bert\.encoder\.layer\.0\.intermediate\.dense\.weight" has the shape \[12,8\], but config\.json requires \[16,8\]/,
  );
  refuses({ num_hidden_layers: 2 }, /"bert\.encoder\.layer\.1\.[\w.]+" is missing/);
});

test('numbers that are not finite are refused by file and tensor', (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, 'pytorch_model.bin');
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const storage = Float32Array.of(1, value);
    writeFileSync(path, olderTorch(pickled('}', text('x'), tensor({}), 's'), { 0: [2, storage] }));
    assert.throws(() => openWeights(folder).get('x'), {
      name: 'InputError',
      message: /pytorch_model\.bin: "x" holds numbers that are not finite \(\S+ at place 1\)/,
    });
  }
  // Beyond the range of 32 bits.
  const doubles = new Float32Array(Float64Array.of(1, 1e300).buffer);
  const x = tensor({ storage: 'DoubleStorage' });
  writeFileSync(path, olderTorch(pickled('}', text('x'), x, 's'), { 0: [2, doubles] }));
  assert.throws(
    () => openWeights(folder).get('x'),
    /"x" holds numbers that are not finite \(Infinity at place 1\)/,
  );
});

test('forms of old versions are read: storages that are parts of others, text of Python 2, tensors of a GPU', (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, 'pytorch_model.bin');
  const read = (bytes: Buffer) => {
    writeFileSync(path, bytes);
    return [...openWeights(folder).get('x')!.data];
  };
  const root = Float32Array.of(1, 2, 3, 4, 5, 6);
  const view = Buffer.concat([Buffer.from('('), text('7'), whole(2), whole(3), Buffer.from('t')]);
  const x = tensor({ count: 6, offset: 1 }, view);
  assert.deepEqual(read(olderTorch(pickled('}', text('x'), x, 's'), { 0: [6, root] })), [4, 5]);
  const outside = tensor({ count: 6, offset: 2 }, view);
  assert.throws(
    () => read(olderTorch(pickled('}', text('x'), outside, 's'), { 0: [6, root] })),
    /into its storage of 12/,
  );
  const gpu = Buffer.from(
    tensor({}).toString('latin1').replace('ctorch\nFloat', 'ctorch.cuda\nFloat'),
    'latin1',
  );
  assert.deepEqual(read(torchArchive(pickled('}U\x01x', gpu, 's'))), [1, 2]);
  const pairs = pickled('ccollections\nOrderedDict\n(]](', text('x'), tensor({}), 'eatR');
  assert.deepEqual(read(torchArchive(pairs)), [1, 2]);
  const entries = [
    { name: 'a/data.pkl', content: pickled('}', text('x'), tensor({ shape: [2, 1], stride: [1, 7] }), 's') },
    { name: 'a/data/0', content: Buffer.from(Float32Array.of(3, 4).buffer), wide: true },
  ];
  assert.deepEqual(read(archived(entries)), [3, 4]);
});

test('a tensor under two of its names is refused, since either may be meant', (context) => {
  const folder = temporaryFolder(context);
  const ways: [asked: string, names: string[]][] = [
    ['x', ['x', 'module.x']],
    ['x', ['module.x', 'model.x']],
    ['bert.x', ['bert.x', 'x']],
    ['bert.LayerNorm.weight', ['bert.LayerNorm.weight', 'bert.LayerNorm.gamma']],
    ['bert.LayerNorm.bias', ['LayerNorm.bias', 'module.bert.LayerNorm.beta']],
  ];
  for (const [asked, names] of ways) {
    const both = pickled('}(', ...names.flatMap((name) => [text(name), tensor({})]), 'u');
    writeFileSync(join(folder, 'pytorch_model.bin'), torchArchive(both));
    assert.throws(() => openWeights(folder).get(asked), {
      name: 'InputError',
      message: new RegExp(`has both "${names[0]}" and "${names[1]}"; save only`),
    });
  }
});

test('nested weights are found beside a tensor such as the loss, unless two entries have some', (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, 'pytorch_model.bin');
  const nested = (name: string) => [text(name), '}', text('x'), tensor({}), 's'];
  const loss = [text('loss'), tensor({ shape: [], stride: [] })];
  for (const name of ['state_dict', 'model_state_dict', 'model']) {
    writeFileSync(path, torchArchive(pickled('}(', ...loss, ...nested(name), 'u')));
    const weights = openWeights(folder);
    assert.deepEqual(weights.get('x')?.data, Float32Array.of(1, 2));
    assert.equal(weights.get('loss'), undefined);
  }
  writeFileSync(path, torchArchive(pickled('}(', ...nested('state_dict'), ...nested('model'), 'u')));
  assert.throws(() => openWeights(folder), {
    name: 'InputError',
    message: /contains tensors both in "state_dict" and in "model"; save only/,
  });
});

test('a view of any strides is read in row-major order', (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, 'pytorch_model.bin');
  const axis = fc.record({ extent: fc.integer({ min: 1, max: 4 }), step: fc.integer({ min: 1, max: 3 }) });
  const axes = fc.array(axis, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(axes, fc.nat(3), fc.nat(), (axes, offset, seed) => {
      // The axes take turns as the fastest; each leaves gaps of its step.
      const order = axes
        .map((_, index) => index)
        .sort((one, other) => ((one * 7 + seed) % 5) - ((other * 7 + seed) % 5));
      const stride = new Array<number>(axes.length);
      let count = 1;
      for (const index of order) {
        stride[index] = count * axes[index].step;
        count *= axes[index].extent * axes[index].step;
      }
      const shape = axes.map(({ extent }) => extent);
      const numbers = Float32Array.from({ length: offset + count }, (_, index) => index);
      const x = tensor({ shape, stride, offset, count: numbers.length });
      writeFileSync(path, olderTorch(pickled('}', text('x'), x, 's'), { 0: [numbers.length, numbers] }));
      let places = [offset];
      for (const [index, extent] of shape.entries())
        places = places.flatMap((place) =>
          Array.from({ length: extent }, (_, at) => place + at * stride[index]),
        );
      const data = Float32Array.from(places);
      assert.deepEqual(openWeights(folder).get('x'), { shape, data });
    }),
    { numRuns: 300 },
  );
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../foundation';
import { openWeights } from '../weights';
import {
  type Archived,
  archived,
  named,
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

/** Returns a function that expects a file's refusal in one sentence. */
function refusing(context: TestContext) {
  const folder = temporaryFolder(context);
  return (bytes: Buffer | string, message: RegExp) => {
    writeFileSync(join(folder, 'pytorch_model.bin'), bytes);
    assert.throws(() => openWeights(folder), { name: 'InputError', message });
  };
}

const files: [name: string, message: RegExp][] = [
  ['runs', /holds "posix\.system", which is neither a tensor nor plain data.*safe_serialization/],
  ['runs-older', /holds "posix\.system"/],
  ['class', /holds "transformers\.models\.bert\.configuration_bert\.BertConfig"/],
  ['network', /holds "torch\.nn\.modules\.linear\.Linear"/],
  ['sparse', /holds "torch\._utils\._rebuild_sparse_tensor"/],
  ['deep', /contains no dictionary of tensors; name the folder/],
  ['compressed', /"a\/data\.pkl", which is compressed/],
  ['outside', /"\.\.\/\.\.\/pwned", a path out of the archive/],
];

for (const [name, message] of files)
  test(`${name}.bin, written by Python, is refused by name`, (context) => {
    const folder = publishedFolder(context, { 'pytorch_model.bin': `${name}.bin` });
    assert.throws(() => openWeights(folder), { name: 'InputError', message });
  });

const item = (...operations: (string | Buffer)[]) => pickled('}', text('x'), ...operations, 's');

test('every way of pickling code is refused', (context) => {
  const refuses = refusing(context);
  const ways: [Buffer, RegExp][] = [
    [item(named('os', 'system'), '(', text('id'), 'tR'), /holds "os\.system"/],
    [item(text('os'), text('system'), Buffer.of(0x93)), /holds "os\.system"/],
    [item('(', text('id'), 'ios\nsystem\n'), /an object of "os\.system"/],
    [item(named('torch', 'Tensor'), '(', Buffer.from('o')), /an object of a class/],
    [item(named('torch', 'Tensor'), ')', Buffer.of(0x81)), /an object of a class/],
    [item(named('torch', 'Tensor'), ')}', Buffer.of(0x92)), /an object of a class/],
    [item(named('torch', 'Tensor'), ')R'), /a call of "torch\.Tensor"/],
    [item(named('torch', 'float32'), ')R'), /a call of "torch\.float32"/],
    [item(named('torch', 'FloatStorage'), '(K\x09tR'), /a call of "torch\.FloatStorage"/],
    [item(Buffer.of(0x82, 1)), /extension code/],
    [item(named('torch.storage', '_load_from_bytes'), ')R'), /"torch\.storage\._load_from_bytes"/],
    [item(named('torch', 'Size'), '}b'), /attributes of something that is neither/],
    [item(named('collections', 'OrderedDict\u001b[2J')), /holds "collections\.OrderedDict\\u001b/],
    [item(named('collections', '__proto__')), /"collections\.__proto__"/],
    [item(Buffer.of(0x8f)), /a set/],
    [item(Buffer.of(0x97)), /a buffer/],
    [item('Pid\n'), /protocol 0 or 1/],
    [item('0'), /an operation on the stack/],
    [item('\xff'), /unknown pickle operation 255/],
    [item('(', text('module'), 'NNNtQ'), /a whole network with its program/],
    [item('NQ'), /no valid class, key and size/],
    [item('}', text('__setstate__'), 'N', 's'), /no tensors/],
    [
      item(named('torch._tensor', '_rebuild_from_type_v2'), '(', named('torch', 'Size'), 'N]}tR'),
      /without its function/,
    ],
  ];
  for (const [pickle, message] of ways) {
    refuses(torchArchive(pickle), message);
    refuses(olderTorch(pickle, {}), message);
  }
  assert.equal(Object.keys(Object.prototype).length, 0);
});

test('pickles that are no programs are refused', (context) => {
  const refuses = refusing(context);
  const ways: [Buffer, RegExp][] = [
    [pickled('}', text('x'), 'N', 's').subarray(0, -1), /ends in the middle/],
    [Buffer.of(0x80, 9), /protocol 9/],
    [pickled(), /reads from an empty stack/],
    [pickled('((('), /reads from an empty stack/],
    [pickled('t'), /reads from an empty stack/],
    [pickled('}(s'), /reads from an empty stack/],
    [pickled('h\x05'), /reads from an empty stack/],
    [pickled('NNa'), /appends to something that is not a list/],
    [pickled('N(NNu'), /something that is not a dictionary/],
    [pickled('}(Nu'), /something that is not a dictionary/],
    [pickled('NN\x93'), /a name that is not text/],
    [pickled('NNR'), /calls something that is not a function/],
    [pickled(`c${'x'.repeat(5000)}`), /name without end/],
    [pickled('X\xff\xff\xff\xff'), /ends in the middle/],
    [pickled('\x8d\xff\xff\xff\xff\xff\xff\xff\xff'), /ends in the middle/],
    [pickled('\x8b\xff\xff\xff\xff'), /number of 4294967295 bytes/],
    [pickled('T\xff\xff\xff\xff'), /ends in the middle/],
    [pickled('}(', text('x'), 'N', text('x'), 'Nu'), /names "x" twice/],
    [pickled(']'), /no dictionary/],
  ];
  for (const [pickle, message] of ways) refuses(torchArchive(pickle), message);
});

test('bombs end early: nesting, a list that is its own item, a list of or in many calls, many values', (context) => {
  const refuses = refusing(context);
  const many = 1_100_000;
  for (const operation of [']', '}', ')', 'N', '(', '\x94', 'K\x01']) {
    refuses(torchArchive(pickled('N', operation.repeat(many))), /more than 1000000 operations/);
  }
  // Ten lists that each hold the one before ten times: shared, not copied.
  const laughs = `(]q\0${`](${'h\0'.repeat(10)}eq\0`.repeat(200)}t`;
  refuses(torchArchive(pickled('}', text('x'), laughs, 's')), /no tensors/);
  refuses(torchArchive(pickled('}q\0', text('state_dict'), 'h\0s')), /no tensors/);
  refuses(torchArchive(pickled(']q\0h\0a')), /no dictionary/);
  const pairs = `](${'N'.repeat(100_000)}eq\0`;
  const calls = `${named('torch', 'Size')}(h\0tR`.repeat(20_000);
  refuses(torchArchive(pickled(pairs, calls)), /more than 1000000 operations/);
  const list = pickled(
    `(${'N'.repeat(500_000)}tq\0`,
    named('torch', 'Size'),
    'q\x01',
    'h\x01h\0R'.repeat(5000),
  );
  refuses(torchArchive(list), /more than 1000000 operations/);
  // The pickles of the older format, together.
  const half = `(${'N'.repeat(600_000)}t`;
  const machine = Buffer.concat([text('little_endian'), Buffer.of(0x88), text('x'), Buffer.from(half)]);
  refuses(olderTorch(item(half), {}, machine), /more than 1000000 operations/);
  refuses(olderTorch(item(half), {}), /no tensors/);
  refuses(olderTorch(Buffer.alloc(20_000_000, 'N'), {}), /more than 1000000 operations/);
});

test('a tensor must be inside its storage, and a storage in the file', (context) => {
  const refuses = refusing(context);
  const huge = 2 ** 53 - 1;
  const bad: [Parameters<typeof tensor>[0], RegExp][] = [
    [{ count: 3 }, /has 8 bytes instead of 12/],
    [{ count: huge }, /has 8 bytes instead of/],
    [{ count: -1 }, /no valid class, key and size/],
    [{ offset: 1 }, /ends 12 bytes into its storage of 8/],
    [{ offset: -1 }, /no valid storage, offset/],
    [{ offset: huge }, /into its storage of 8/],
    [{ shape: [3] }, /"x" of shape \[3\] ends 12 bytes/],
    [{ shape: [-1] }, /no valid storage, offset/],
    [{ shape: [huge] }, /into its storage of 8/],
    [{ shape: new Array(9).fill(1e9), stride: new Array(9).fill(1e9) }, /into its storage of 8/],
    [{ shape: new Array(99).fill(1), stride: new Array(99).fill(1) }, /no valid storage, offset/],
    [{ stride: [2] }, /ends 12 bytes/],
    [{ stride: [-1] }, /no valid storage, offset/],
    [{ shape: [1, 2] }, /no valid storage, offset/],
    [{ key: '../data.pkl' }, /"data\/\.\.\/data\.pkl" is missing/],
    [{ key: '1' }, /"data\/1" is missing/],
    [{ storage: 'DoubleStorage' }, /has 8 bytes instead of 16/],
    [{ storage: 'QInt8Storage' }, /holds "torch\.QInt8Storage"/],
  ];
  for (const [changes, message] of bad) refuses(torchArchive(item(tensor(changes))), message);
  // Views without end that take no bytes of their own.
  const folder = temporaryFolder(context);
  const path = join(folder, 'pytorch_model.bin');
  writeFileSync(path, torchArchive(item(tensor({ shape: [1e9, 1e9], stride: [0, 0] }))));
  assert.throws(() => openWeights(folder).get('x'), /repeats 4 bytes/);
  writeFileSync(path, torchArchive(item(tensor({ shape: [0, 1e9], stride: [huge, huge] }))));
  assert.deepEqual(openWeights(folder).get('x'), { shape: [0, 1e9], data: new Float32Array() });
  const one = item(tensor({}));
  const numbers = Float32Array.of(1, 2);
  refuses(olderTorch(one, { 0: [3, numbers] }), /"0" has two sizes/);
  refuses(olderTorch(one, { 0: [-1, numbers] }), /"0" has two sizes/);
  refuses(olderTorch(one, {}), /end at byte|are missing/);
  refuses(olderTorch(one, { 0: [2, numbers], 1: [2, numbers] }), /names one that no tensor has/);
  refuses(olderTorch(one, { 0: [2, Float32Array.of(1)] }), /it is not complete/);
  refuses(olderTorch(one, { 0: [2, Float32Array.of(1, 2, 3)] }), /tensors end at byte/);
  refuses(olderTorch(item(tensor({ count: 1e15 })), { 0: [1e15, numbers] }), /it is not complete/);
  refuses(
    olderTorch(pickled('}(', text('x'), tensor({}), text('y'), tensor({ count: 3 }), 'u'), {
      0: [2, numbers],
    }),
    /has two sizes/,
  );
  refuses(
    olderTorch(one, { 0: [2, numbers] }, Buffer.concat([text('little_endian'), Buffer.of(0x89)])),
    /byte order/,
  );
  refuses(pickled(whole(1)), /not written by `torch\.save`/);
  const big = { name: 'a/byteorder', content: Buffer.from('big') };
  refuses(torchArchive(one, [big]), /byte order/);
});

test('an archive must be what its directory says', (context) => {
  const refuses = refusing(context);
  const pickle: Archived = { name: 'a/data.pkl', content: item(tensor({})) };
  const data: Archived = { name: 'a/data/0', content: Buffer.from(Float32Array.of(1, 2).buffer) };
  const bad: [Archived, RegExp][] = [
    [{ ...data, claims: { method: 8 } }, /"a\/data\/0", which is compressed or encrypted/],
    [{ ...data, claims: { flags: 1 } }, /compressed or encrypted/],
    [{ ...data, claims: { size: 0x7fffffff } }, /ends outside the archive/],
    [{ ...data, claims: { size: 9, packed: 8 } }, /has two sizes/],
    [{ ...data, claims: { header: 0 } }, /is not where its directory says|overlaps/],
    [{ ...data, claims: { header: 0xfffffff0 } }, /is not where its directory says/],
    [{ ...data, claims: { name: 'a/data/1' } }, /is not where its directory says/],
    [{ ...data, claims: { name: '/etc/passwd' } }, /a path out of the archive/],
    [{ ...data, claims: { name: 'a\\..\\b' } }, /a path out of the archive/],
    [{ ...data, wide: true, claims: { size: 2 ** 53 - 1 } }, /ends outside the archive/],
    [{ ...data, wide: true, claims: { header: 2 ** 53 - 1 } }, /is not where its directory says/],
    [{ ...data, name: 'a/data.pkl' }, /"a\/data\.pkl" twice/],
    [{ ...data, name: 'b/data.pkl' }, /has 2 entries data\.pkl/],
  ];
  for (const [entry, message] of bad) refuses(archived([pickle, entry]), message);
  refuses(
    archived([pickle, { ...data, content: archived([data]), claims: { size: 200 } }, data]),
    /overlaps|outside/,
  );
  refuses(archived([{ ...pickle, name: 'data.pkl' }]), /has 0 entries data\.pkl/);
  refuses(archived([pickle], { count: 2 }), /has 1 entries instead of 2/);
  refuses(archived([pickle], { size: 0xffffffff }), /which is not where the file ends/);
  refuses(archived([pickle], { begin: 0 }), /which is not where the file ends/);
  refuses(archived([pickle], { begin: 1, size: 0 }), /which is not where the file ends/);
  const wholeFile = readFileSync(published('archive.bin'));
  refuses(wholeFile.subarray(0, 5000), /the directory at its end is missing, so it is not complete/);
  const wide = Buffer.from(wholeFile);
  wide.writeBigUInt64LE(2n ** 63n, wide.length - 22 - 20 + 8);
  refuses(wide, /directory is not where its end says/);
});

test('what is no file of weights at all is named', (context) => {
  const refuses = refusing(context);
  refuses(
    'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n',
    /Git LFS pointer.*git lfs pull/,
  );
  refuses('<!DOCTYPE html><html><body>404</body></html>', /is a web page instead of weights/);
  refuses(
    '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    /is a web page instead of weights/,
  );
  refuses('{"error":"Repository not found"}', /is text instead of weights/);
  refuses('Entry not found', /is text instead of weights/);
  refuses('', /does not contain weights/);
  refuses(Buffer.alloc(5000), /does not contain weights/);
  refuses(readFileSync(published('reference.safetensors')), /does not contain weights/);
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, 'pytorch_model.bin'));
  assert.throws(() => openWeights(folder), { name: 'InputError', message: /not a regular file/ });
  const device = temporaryFolder(context);
  symlinkSync('/dev/zero', join(device, 'pytorch_model.bin'));
  assert.throws(() => openWeights(device), { name: 'InputError', message: /not a regular file/ });
  const pipe = temporaryFolder(context);
  if (spawnSync('mkfifo', [join(pipe, 'pytorch_model.bin')]).status === 0)
    assert.throws(() => openWeights(pipe), { name: 'InputError', message: /not a regular file/ });
});

test('any damaged file is read or refused', (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, 'pytorch_model.bin');
  const seeds = readdirSync(published())
    .filter((name) => name.endsWith('.bin'))
    .map((name) => readFileSync(published(name)));
  const change = fc.record({ place: fc.nat(1 << 16), byte: fc.nat(255) });
  let read = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...seeds),
      fc.array(change, { maxLength: 4 }),
      fc.nat(1 << 16),
      fc.boolean(),
      (seed, changes, length, atEnd) => {
        const bytes = Buffer.from(seed);
        // The descriptions are at the start and, in archives, at the end.
        for (const { place, byte } of changes) {
          const near = place % Math.min(bytes.length, 3000);
          bytes[atEnd ? bytes.length - 1 - near : near] = byte;
        }
        // A third of the files are truncated.
        writeFileSync(path, length % 3 === 0 ? bytes.subarray(0, length % bytes.length) : bytes);
        try {
          const weights = openWeights(folder);
          weights.get('bert.embeddings.word_embeddings.weight');
          weights.get('classifier.bias');
          read++;
        } catch (error) {
          assert.ok(error instanceof InputError, (error as Error).stack);
        }
      },
    ),
    { numRuns: 2000 },
  );
  assert.ok(read > 100);
});

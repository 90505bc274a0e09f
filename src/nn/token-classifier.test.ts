import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readConfiguration, writeConfiguration } from './configuration';
import { livingTensors } from './device';
import { readSafetensors, writeSafetensors } from './safetensors';
import { copyTinyBert, largestDifference, tinyBertExample } from './tiny-bert.fixture';
import { TokenClassifier } from './token-classifier';

/** Windows of the fixture's rows whose tokens are all of type 0, as ours are, with PyTorch's logits minus that of `O`. */
function oneSegmentRows() {
  const { input_ids, attention_mask, token_type_ids, logits } = tinyBertExample();
  return input_ids
    .map((ids, row) => {
      const length = attention_mask[row].filter((mask) => mask === 1).length;
      return {
        inputIds: Int32Array.from(ids.slice(0, length)),
        expected: logits[row].slice(0, length).flatMap((token) => token.slice(1)),
        usable: token_type_ids[row].every((type) => type === 0),
      };
    })
    .filter(({ usable }) => usable);
}

test('logits equal those of Hugging Face on windows of different lengths in one batch', async (context) => {
  const model = TokenClassifier.load(copyTinyBert(context));
  const rows = oneSegmentRows();
  assert.equal(rows.length, 2);
  const scores = await model.score(
    rows.map(({ inputIds }) => ({ inputIds, first: 0, last: 0, ownedFrom: 0, ownedTo: 0 })),
  );
  for (const [row, { expected }] of rows.entries()) {
    assert.ok(largestDifference(scores[row], expected) < 1e-4);
  }
  model.dispose();
});

test('a saved folder contains the same tensors, with a row of zeros for O', (context) => {
  const folder = copyTinyBert(context);
  const copy = join(folder, '..', 'copy');
  const model = TokenClassifier.load(folder);
  model.save(copy);
  const before = readSafetensors(join(folder, 'model.safetensors'));
  const after = readSafetensors(join(copy, 'model.safetensors'));
  assert.deepEqual([...after.keys()].sort(), [...before.keys()].sort());
  for (const [name, tensor] of before) assert.deepEqual(after.get(name), tensor, name);
  const config = JSON.parse(readFileSync(join(copy, 'config.json'), 'utf8'));
  assert.equal(config.id2label[0], 'O');
  assert.equal(config.id2label[3], 'B-Cell');
  model.dispose();
});

test('a row for O trained in Python is subtracted from the others, so that the best label is unchanged', async (context) => {
  const folder = copyTinyBert(context);
  const path = join(folder, 'model.safetensors');
  const tensors = readSafetensors(path);
  // Its weights are zeros, so that the logit of `O` is 0.5 at every token.
  tensors.get('classifier.bias')!.data[0] = 0.5;
  writeSafetensors(path, tensors);
  const model = TokenClassifier.load(folder);
  const rows = oneSegmentRows();
  const scores = await model.score(rows);
  for (const [row, { expected }] of rows.entries())
    assert.ok(
      largestDifference(
        scores[row],
        expected.map((logit) => logit - 0.5),
      ) < 1e-4,
    );
  model.dispose();
});

test('scoring leaves no tensor allocated', async (context) => {
  const model = TokenClassifier.load(copyTinyBert(context));
  const window = { inputIds: Int32Array.of(2, 10, 11, 3), first: 0, last: 2, ownedFrom: 0, ownedTo: 2 };
  await model.score([window]);
  const before = livingTensors();
  await model.score([window, window]);
  assert.equal(livingTensors(), before);
  model.dispose();
});

test('weights of another shape are rejected by name', (context) => {
  const folder = copyTinyBert(context);
  const path = join(folder, 'model.safetensors');
  const tensors = readSafetensors(path);
  tensors.set('bert.encoder.layer.1.output.dense.bias', { shape: [3], data: new Float32Array(3) });
  writeSafetensors(path, tensors);
  assert.throws(
    () => TokenClassifier.load(folder),
    /layer\.1\.output\.dense\.bias" has the shape \[3\].*\[16\]/,
  );
});

test('a folder without weights is rejected', (context) => {
  const folder = copyTinyBert(context);
  rmSync(join(folder, 'model.safetensors'));
  assert.throws(() => TokenClassifier.load(folder), {
    name: 'InputError',
    message: /model\.safetensors is missing/,
  });
});

test('safetensors files with excessive sizes are rejected before memory is allocated', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'bad.safetensors');
  const write = (headerLength: bigint, header: string, body = 0) => {
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(headerLength);
    writeFileSync(path, Buffer.concat([prefix, Buffer.from(header), Buffer.alloc(body)]));
  };
  const refuses = (pattern: RegExp) =>
    assert.throws(() => readSafetensors(path), { name: 'InputError', message: pattern });
  const entry = (fields: object) => {
    const header = JSON.stringify({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...fields } });
    return [BigInt(header.length), header] as const;
  };
  write(2n ** 31n, '{}');
  refuses(/claims 2147483648 bytes, the file has 10/);
  write(2n ** 63n, '{}');
  refuses(/claims/);
  write(3n, '{[}');
  refuses(/not JSON/);
  writeFileSync(path, 'abc');
  refuses(/3 bytes are too few/);
  write(...entry({}), 4);
  refuses(/describes \d+ bytes, the file has/);
  write(...entry({ shape: [2 ** 40] }), 8);
  refuses(/takes 4398046511104 bytes, but its offsets span 8/);
  write(...entry({ data_offsets: [8, 16] }), 16);
  refuses(/begins at byte 8, expected 0/);
  write(...entry({ dtype: 'F33' }), 8);
  refuses(/no valid dtype/);
  write(...entry({}), 8);
  assert.deepEqual(readSafetensors(path).get('a'), { shape: [2], data: new Float32Array(2) });
});

test('half precision and bfloat16 are decoded correctly', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'halves.safetensors');
  const header = JSON.stringify({
    half: { dtype: 'F16', shape: [5], data_offsets: [0, 10] },
    brain: { dtype: 'BF16', shape: [2], data_offsets: [10, 14] },
  }).padEnd(120);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(120n);
  // 1, -2, the smallest subnormal, infinity, 0.333251953125; then 1 and -3.
  const values = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7c00, 0x3555, 0x3f80, 0xc040);
  writeFileSync(path, Buffer.concat([prefix, Buffer.from(header), Buffer.from(values.buffer)]));
  const tensors = readSafetensors(path);
  assert.deepEqual(
    [...tensors.get('half')!.data],
    [1, -2, 2 ** -24, Number.POSITIVE_INFINITY, 0.333251953125],
  );
  assert.deepEqual([...tensors.get('brain')!.data], [1, -3]);
});

test("BERT's published names of LayerNorm, gamma and beta, are recognized, with and without the prefix", (context) => {
  const folder = copyTinyBert(context);
  const path = join(folder, 'model.safetensors');
  const expected = TokenClassifier.load(folder);
  for (const prefix of ['bert.', '']) {
    const renamed = [...readSafetensors(path)].map(([name, tensor]): [string, typeof tensor] => [
      name
        .replace(/^bert\./, prefix)
        .replace(/LayerNorm\.weight$/, 'LayerNorm.gamma')
        .replace(/LayerNorm\.bias$/, 'LayerNorm.beta'),
      tensor,
    ]);
    assert.ok(renamed.some(([name]) => name.endsWith('.gamma')) || prefix === '');
    writeSafetensors(path, new Map(renamed));
    const model = TokenClassifier.load(folder);
    assert.deepEqual(model.parameters.snapshot(), expected.parameters.snapshot());
    model.dispose();
  }
  expected.dispose();
});

test('class thresholds survive a round trip; one out of range is rejected by name', (context) => {
  const folder = copyTinyBert(context);
  const configuration = readConfiguration(folder);
  assert.equal(configuration.threshold, 0.5);
  const threshold = { 'Gene Mutations': 0.9, Cell: 0.5, 'Cell Line': 0.4, 'Organ Tissue': 0.5 };
  writeConfiguration(folder, { ...configuration, threshold });
  assert.deepEqual(readConfiguration(folder), { ...configuration, threshold });
  writeConfiguration(folder, { ...configuration, threshold: { ...threshold, 'Cell Line': 1 } });
  assert.throws(
    () => readConfiguration(folder),
    /config\.json: .*threshold of Cell Line must be between 0 and 1/,
  );
});

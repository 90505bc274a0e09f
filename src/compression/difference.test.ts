import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { createRandom } from '../foundation';
import { livingTensors, readConfiguration, SequenceClassifier, TokenClassifier } from '../nn';
import { copyTinyBert, tinyBertFolder } from '../nn/tiny-bert.fixture';
import { DIFFERENCE_FILE, keepDifference, restoreDifference } from './difference';

/** A tagger as training leaves it: every weight of the encoder a little off, one token's embedding as it was. */
function trained(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'falconframes-difference-'));
  t.after(() => rmSync(root, { recursive: true }));
  const model = TokenClassifier.fromEncoder(
    tinyBertFolder,
    {
      ...{ scheme: 'bio', labels: ['CL', 'protein'], maximumLength: 32 },
      threshold: { CL: 0.3, protein: 0.6 },
      views: { own: { Cell: ['CL'] } },
    },
    5,
  );
  const { next: random } = createRandom(1);
  const tensors = model.parameters.snapshot();
  for (const { shape, data } of tensors.values())
    for (let place = shape.length === 2 ? shape[1] : 0; place < data.length; place++)
      data[place] += 0.01 * (random() + random() - 1);
  model.parameters.restore(tensors);
  const folder = join(root, 'model');
  model.save(folder);
  model.dispose();
  return { folder, tensors, kept: join(root, 'kept'), out: join(root, 'out') };
}

test('a model is restored from its difference but for the rounding; head, vectors and configuration are the same', (t) => {
  const { folder, tensors, kept, out } = trained(t);
  const { bytes, weightBytes, relativeError } = keepDifference(folder, tinyBertFolder, kept);
  assert.equal(bytes, statSync(join(kept, DIFFERENCE_FILE)).size);
  assert.ok(bytes < weightBytes / 7, `${bytes} of ${weightBytes}`);
  // Uniform rounding to a step s has an error of s / sqrt(12) where no number is rounded to 0, here a little less.
  assert.ok(relativeError > 0.3 && relativeError < 0.5, `${relativeError}`);
  restoreDifference(kept, tinyBertFolder, out);
  const model = TokenClassifier.load(out);
  const restored = model.parameters.snapshot();
  model.dispose();
  for (const [name, { shape, data }] of restored) {
    const wanted = tensors.get(name)!.data;
    const whole = shape.length < 2 || name.startsWith('classifier');
    const largest = Math.max(...data.map((value, place) => Math.abs(value - wanted[place])));
    // Half a step: 1.5 times the standard deviation of the sum of two uniform numbers.
    assert.ok(largest <= (whole ? 0 : (0.01 * 1.5) / Math.sqrt(6) / 1.95), `${name}: ${largest}`);
  }
  assert.deepEqual(readConfiguration(out), readConfiguration(folder));
  assert.equal(livingTensors(), 0);
});

test('a classifier of texts is kept and restored alike', (t) => {
  const { folder, kept, out } = trained(t);
  const model = SequenceClassifier.fromEncoder(
    tinyBertFolder,
    { labels: ['a', 'b'], outcome: 'one', maximumLength: 32, threshold: 0.5 },
    5,
  );
  const wanted = model.parameters.snapshot();
  model.save(folder);
  model.dispose();
  keepDifference(folder, tinyBertFolder, kept);
  restoreDifference(kept, tinyBertFolder, out);
  const found = SequenceClassifier.load(out);
  // Nothing was trained, so that nothing is rounded.
  assert.deepEqual(found.parameters.snapshot(), wanted);
  found.dispose();
});

test('another encoder, or a damaged file, is refused in one sentence, with nothing written', (t) => {
  const { folder, kept, out } = trained(t);
  const other = copyTinyBert(t);
  const path = join(other, 'tokenizer.json');
  const refuses = (message: RegExp, work: () => void, absent: string) => {
    assert.throws(work, { name: 'InputError', message });
    assert.ok(!existsSync(absent));
  };
  const tokenizer = readFileSync(path, 'utf8');
  writeFileSync(path, tokenizer.replace('[UNK]', '[unk]'));
  refuses(/its tokenizer is not that of/, () => keepDifference(folder, other, kept), kept);
  refuses(/own folder|input|is /, () => keepDifference(folder, tinyBertFolder, folder), kept);
  keepDifference(folder, tinyBertFolder, kept);
  const file = join(kept, DIFFERENCE_FILE);
  const content = brotliDecompressSync(readFileSync(file));
  const damages: [string, Buffer][] = [
    ['not compressed', content],
    ['cut off', brotliCompressSync(content.subarray(0, content.length - 1))],
    ['with more', brotliCompressSync(Buffer.concat([content, Buffer.of(0)]))],
    [
      'of other tensors',
      brotliCompressSync(Buffer.from(content.toString('latin1').replace('key', 'kez'), 'latin1')),
    ],
    ['without a list', brotliCompressSync(Buffer.from('{}\n'))],
    ['too large', brotliCompressSync(Buffer.alloc(2 ** 26))],
    ['empty', Buffer.alloc(0)],
  ];
  for (const [, damaged] of damages) {
    writeFileSync(file, damaged);
    refuses(/is not the difference of this model/, () => restoreDifference(kept, tinyBertFolder, out), out);
  }
});

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { readSafetensors, SequenceClassifier } from '../../nn';
import { largestDifference, tinyBertFolder } from '../../nn/tiny-bert.fixture';
import { tinyClassifier } from '../../nn/tiny-classifier.fixture';
import { encodeWholeTexts } from '../../tasks';
import { Tokenizer } from '../../tokenization';
import { completeConfiguration } from '../../training';
import { cutEncoder } from './cut-encoder';
import { distil } from './distil';
import { completeDistillation } from './options';
import { keepSoftTargets, readSoftTargets } from './soft-target-file';

const TEXTS = ['the b-cell grows', 'two t-cell die', 'the neuron fires', 'a cell lives'];

/** Writes training data; returns a function that distils with some options. */
function prepare(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'falconframes-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const file = join(root, 'texts.jsonl');
  const lines = TEXTS.map((text, index) => `${JSON.stringify({ text, label: 'abc'[index % 3] })}\n`);
  writeFileSync(file, lines.join(''));
  const dev = join(root, 'dev.jsonl');
  writeFileSync(dev, `${JSON.stringify({ text: 'cells grow', label: 'a' })}\n`);
  const student = join(root, 'encoder');
  cutEncoder(tinyBertFolder, 1, student);
  const run = (teacher: string, folder: string, options: object = {}) =>
    distil({
      teacher,
      configuration: {
        ...completeConfiguration(
          { train: [file], dev: [dev], epochs: 2, batchSize: 2, maximumLength: 16, dropout: 0 },
          'the test',
        ),
        distillation: completeDistillation(
          { student, hardWeight: 0.5, softWeight: 0.5, ...options },
          'the test',
        ),
      },
      place: 'the test',
      folder: join(root, folder),
      precision: 'float32',
      replicas: 1,
    });
  return { root, student, run };
}
/** A teacher whose logits differ by several units from label to label. */
function sureTeacher(t: TestContext): string {
  const folder = tinyClassifier(t, { labels: ['a', 'b', 'c'] });
  const network = SequenceClassifier.load(folder);
  const tensors = network.parameters.snapshot();
  const { shape, data } = tensors.get('classifier.weight')!;
  network.parameters.restore(
    new Map([...tensors, ['classifier.weight', { shape, data: data.map((weight) => 40 * weight) }]]),
  );
  network.save(folder);
  network.dispose();
  return folder;
}
const lossesOf = ({ rows }: Awaited<ReturnType<typeof distil>>) =>
  rows.flatMap((row) => (row.kind === 'step' ? [row.loss] : []));

test('a student of kept answers learns what it learns from the teacher, but for rounding', async (t) => {
  const { root, run } = prepare(t);
  const teacher = sureTeacher(t);
  const kept = join(root, 'kept');
  await keepSoftTargets(
    teacher,
    [...TEXTS, TEXTS[0]].map((text) => ({ text })),
    kept,
  );
  assert.ok(!existsSync(join(kept, 'model.safetensors')));
  const content = gunzipSync(readFileSync(join(kept, 'soft-targets.jsonl.gz'))).toString();
  assert.equal(content.trim().split('\n').length, TEXTS.length);
  assert.ok(!content.includes('neuron'));
  const network = SequenceClassifier.load(teacher);
  const { windows } = await encodeWholeTexts(TEXTS, new Tokenizer(teacher), 16);
  const { logitsOf } = readSoftTargets(kept);
  for (const [index, logits] of (await network.score(windows)).entries())
    assert.ok(largestDifference(logitsOf(TEXTS[index])!, logits) < 0.051, TEXTS[index]);
  network.dispose();
  const [own, other] = [await run(teacher, 'from-teacher'), await run(kept, 'from-kept')];
  assert.ok(largestDifference(lossesOf(own), lossesOf(other)) < 0.005);
  assert.deepEqual([other.student.layers, other.labelled], [1, 4]);
});

test('what kept answers cannot teach is refused in one sentence', async (t) => {
  const { root, run } = prepare(t);
  const teacher = tinyClassifier(t, { labels: ['a', 'b', 'c'] });
  const kept = join(root, 'kept');
  await keepSoftTargets(
    teacher,
    TEXTS.slice(1).map((text) => ({ text })),
    kept,
  );
  const refuses = (message: RegExp, options?: object) =>
    assert.rejects(run(kept, 'out', options), { name: 'InputError', message });
  await refuses(/kept: has no answer to 1 of 4 texts, such as "the b-cell grows"; keep/);
  await refuses(/"hiddenWeight" and "relationWeight" need the teacher's layers/, { hiddenWeight: 1 });
  await refuses(/name the encoder to start from with "student"/, { student: null, layers: 1 });
  const path = join(kept, 'soft-targets.jsonl.gz');
  for (const line of [
    '{"text":"00","logits":[1,2]}',
    '{"text":"00","logits":[1,2,null]}',
    'x',
    '{"logits":[1,2,3]}',
  ]) {
    writeFileSync(path, gzipSync(`{"text":"0","logits":[1,2,3]}\n${line}\n`));
    assert.throws(() => readSoftTargets(kept), {
      name: 'InputError',
      message: /soft-targets\.jsonl\.gz line 2: is not a text's hash with the logits of 3 labels/,
    });
  }
  await assert.rejects(keepSoftTargets(teacher, [], kept), /there are no texts for the teacher to answer/);
  assert.ok(!existsSync(join(root, 'out')));
});

test('a cut encoder has the chosen layers of the whole one, and its tokenizer', (t) => {
  const { root } = prepare(t);
  const out = join(root, 'cut');
  cutEncoder(tinyBertFolder, [1], out);
  const [whole, cut] = [tinyBertFolder, out].map((folder) =>
    readSafetensors(join(folder, 'model.safetensors')),
  );
  for (const [name, { data }] of cut) {
    const original = whole.get(name.replace('.layer.0.', '.layer.1.'));
    assert.deepEqual(data, original?.data, name);
  }
  assert.ok([...cut.keys()].some((name) => name.includes('.layer.0.')));
  assert.ok(![...cut.keys()].some((name) => name.includes('classifier')));
  const tokenizer = (folder: string) => JSON.parse(readFileSync(join(folder, 'tokenizer.json'), 'utf8'));
  assert.deepEqual(tokenizer(out).model.vocab, tokenizer(tinyBertFolder).model.vocab);
  assert.throws(() => cutEncoder(tinyBertFolder, 3, join(root, 'deeper')), /is deeper than/);
  for (const layers of [0, -1, 1.5, [], [-1], [0.5]])
    assert.throws(
      () => cutEncoder(tinyBertFolder, layers, join(root, 'none')),
      /is no choice of layers; give/,
    );
  assert.ok(!existsSync(join(root, 'none')));
});

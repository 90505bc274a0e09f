import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { projectRoot } from '../foundation';
import { SequenceClassifier } from '../nn';
import { networkFixture } from '../nn/network.fixture';
import { copyTinyBert, tinyBertFolder } from '../nn/tiny-bert.fixture';
import { tinyClassifier } from '../nn/tiny-classifier.fixture';
import { exportToOnnx, quantizeFolder } from '../onnx';
import type { ScoredLabel } from '../tasks';
import { loadAnnotator } from './annotator';
import { loadClassifier } from './classifier';

const { batch, logits } = networkFixture('bert-sequence');
/** The row of the fixture without token types: its tokens without padding, and PyTorch's logits. */
const row = 1;
const tokens = [...batch.inputIds.subarray(row * batch.length, row * batch.length + 4)];
const expected = logits.slice(row * 3, row * 3 + 3);
/** A vocabulary that turns the tokens into a text. */
const words = { '[CLS]': tokens[0], my: tokens[1], card: tokens[2], '[SEP]': tokens[3] };

const softmax = (values: readonly number[]) => {
  const total = values.reduce((sum, value) => sum + Math.exp(value), 0);
  return values.map((value) => Math.exp(value) / total);
};

const PIPELINES = join(projectRoot, 'src', 'inference', 'fixtures');

for (const name of ['classifier', 'classifier-several'])
  test(`labels and scores equal those of Python's pipeline: ${name}`, async (t) => {
    const folder = copyTinyBert(t);
    for (const file of ['config.json', 'model.safetensors'])
      cpSync(join(PIPELINES, name, file), join(folder, file));
    const answers = JSON.parse(readFileSync(join(PIPELINES, name, 'answers.json'), 'utf8')) as {
      text: string;
      labels: ScoredLabel[];
    }[];
    await using classifier = await loadClassifier(folder, { threads: 1 });
    const found = await classifier.classifyTexts(answers.map(({ text }) => text));
    answers.forEach(({ labels }, index) => {
      assert.deepEqual(
        found[index].map(({ label }) => label),
        labels.map(({ label }) => label),
      );
      for (const [rank, { score }] of labels.entries())
        assert.ok(Math.abs(found[index][rank].score - score) < 1e-4);
    });
  });

test("a folder saved by Python gives the probabilities of PyTorch's logits, the most probable label first", async (t) => {
  await using classifier = await loadClassifier(tinyClassifier(t, { words }), { threads: 1 });
  assert.deepEqual(classifier.labels, ['LABEL_0', 'LABEL_1', 'LABEL_2']);
  const found = await classifier.classify('My card');
  const probabilities = softmax(expected);
  assert.deepEqual(
    found.map(({ label }) => label),
    ['LABEL_2', 'LABEL_1', 'LABEL_0'],
  );
  for (const { label, score } of found) {
    const wanted = probabilities[classifier.labels.indexOf(label)];
    assert.ok(Math.abs(score - wanted) < 1e-5, `${label}: ${score} instead of ${wanted}`);
  }
  assert.deepEqual(classifier.given(found), found.slice(0, 1));
});

test('a multi-label classifier applies a sigmoid per label and gives those above their thresholds', async (t) => {
  const labels = ['urgent', 'complaint', 'praise'];
  const threshold = { urgent: 0.5, complaint: 0.7, praise: 0.75 };
  const folder = tinyClassifier(t, { words, labels, several: true, threshold });
  await using classifier = await loadClassifier(folder, { threads: 1 });
  const found = await classifier.classify('My card');
  for (const { label, score } of found) {
    const wanted = 1 / (1 + Math.exp(-expected[labels.indexOf(label)]));
    assert.ok(Math.abs(score - wanted) < 1e-5, `${label}: ${score} instead of ${wanted}`);
  }
  // 0.77, 0.70 and 0.64
  assert.deepEqual(
    classifier.given(found).map(({ label }) => label),
    ['praise', 'urgent'],
  );
});

test('batched texts have the same probabilities as single ones, in fp32 from weights and file and in int8', async (t) => {
  // Its matrices are large enough to be quantized.
  const folder = copyTinyBert(t);
  const head = { labels: ['x', 'y'], outcome: 'one', maximumLength: 32, threshold: 0.5 } as const;
  const network = SequenceClassifier.fromEncoder(tinyBertFolder, head, 1);
  network.save(folder);
  network.dispose();
  const texts = Array.from({ length: 60 }, (_, index) => 'abc, de f'.repeat(index % 9) + index);
  const scoresOf = async (quantized?: boolean) => {
    await using classifier = await loadClassifier(folder, { quantized, threads: 1 });
    const together = await classifier.classifyTexts(texts);
    assert.equal(together.length, texts.length);
    for (const index of [0, 7, 59])
      (await classifier.classify(texts[index])).forEach(({ label, score }, rank) => {
        assert.equal(label, together[index][rank].label);
        assert.ok(Math.abs(score - together[index][rank].score) < 1e-6);
      });
    return together;
  };
  const ofWeights = await scoresOf();
  exportToOnnx(folder);
  assert.deepEqual(await scoresOf(), ofWeights);
  quantizeFolder(folder);
  const int8 = await scoresOf();
  assert.notDeepEqual(int8, ofWeights);
  assert.deepEqual(await scoresOf(false), ofWeights);
  assert.deepEqual(await scoresOf(true), int8);
});

test('a tagger folder is refused by the classifier, and a classifier folder by the annotator', async (t) => {
  await assert.rejects(loadClassifier(copyTinyBert(t)), {
    name: 'InputError',
    message: /is a tagger, which marks mentions, not a text classifier; use `falconframes annotate`/,
  });
  const folder = tinyClassifier(t);
  cpSync(join(tinyBertFolder, 'tokenizer.json'), join(folder, 'tokenizer.json'));
  await assert.rejects(loadAnnotator(folder), {
    name: 'InputError',
    message: /is a text classifier, not a tagger; use `falconframes classify`/,
  });
});

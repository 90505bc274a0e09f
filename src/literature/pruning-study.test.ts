import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { measureMovement } from '../compression';
import { InputError, writeSentences } from '../foundation';
import { cellSentence } from '../foundation/sentence.fixture';
import { download, TokenClassifier } from '../nn';
import { largestDifference, tinyBertFolder } from '../nn/tiny-bert.fixture';
import { prepareExamples, taggingObjective } from '../tasks';
import { Tokenizer } from '../tokenization';
import { DEFAULT_TRAINING, lossAndGradients } from '../training';
import type { PruningCase } from '../visualization';
import {
  casesLeft,
  measurePruning,
  planPruningStudy,
  readPruningRows,
  writePruningRows,
} from './pruning-study';

function prepare(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const data = join(folder, 'data.jsonl');
  const texts = Array.from({ length: 40 }, (_, index) => (index % 2 ? 'the b-cell grows' : 'two t-cell die'));
  writeSentences(data, texts.map(cellSentence));
  const study = {
    ...{ model: tinyBertFolder, train: [data], test: [data], steps: 2, batchSize: 3 },
    ...{ learningRate: 1e-4, testSentences: 5, pruneSentences: 4, seed: 1 },
  };
  const measure = (method: PruningCase['method'], amount: number, trained: boolean) =>
    measurePruning({ method, amount, trained }, study, join(folder, 'scratch'), async () => [1, 2]);
  return { folder, measure };
}

test('the plan removes no more than exists, and has no duplicate cases', () => {
  const model = TokenClassifier.load(tinyBertFolder);
  const { encoder } = model.configuration;
  model.dispose();
  const plan = planPruningStudy(encoder);
  assert.equal(new Set(plan.map((own) => JSON.stringify(own))).size, plan.length);
  for (const { method, amount } of plan) {
    if (method === 'layers') assert.ok(amount < encoder.layers);
    if (method === 'neurons') assert.ok(amount < encoder.intermediateSize);
    if (method === 'heads') assert.ok(amount <= (encoder.attentionHeads - 1) * encoder.layers);
  }
});

test('rows count the remaining weights, and are unchanged after saving and reading', async (t) => {
  const { folder, measure } = prepare(t);
  const rows = [
    await measure('dense', 0, false),
    await measure('magnitude', 0.75, false),
    await measure('layers', 1, false),
    await measure('layers', 1, true),
    await measure('movement', 0.5, true),
  ];
  const [dense, magnitude, layers, trained, movement] = rows;
  assert.deepEqual(
    rows.map(({ remaining, steps }) => [Math.round(1000 * remaining), steps]),
    [
      [1000, 0],
      [250, 0],
      [500, 0],
      [500, 2],
      [500, 2],
    ],
  );
  // Soft movement must remove weights within the study's few steps.
  const soft = await measure('soft_movement', 1000, true);
  assert.ok(soft.remaining > 0 && soft.remaining < 0.95, `${soft.remaining}`);
  assert.ok(magnitude.megabytes < dense.megabytes && layers.megabytes < dense.megabytes);
  assert.deepEqual(
    [dense, layers, trained, movement].map(({ medianMs, denseMedianMs }) => [medianMs, denseMedianMs]),
    [
      [null, null],
      [1, 2],
      [1, 2],
      [null, null],
    ],
  );
  assert.ok(!existsSync(join(folder, 'scratch')));
  const path = join(folder, 'pruning.csv');
  assert.deepEqual(readPruningRows(path), []);
  writePruningRows(path, rows);
  assert.deepEqual(readPruningRows(path), rows);
  const plan: PruningCase[] = [
    { method: 'layers', amount: 1, trained: true },
    { method: 'layers', amount: 2, trained: true },
  ];
  assert.deepEqual(casesLeft(plan, rows), [plan[1]]);
  writeFileSync(path, 'a,b\n');
  assert.throws(() => readPruningRows(path), InputError);
});

test('movement scores are minus weight times gradient', async () => {
  const name = 'bert.encoder.layer.1.output.dense.weight';
  const sentences = [cellSentence('the b-cell grows')];
  const options = { steps: 1, batchSize: 1, seed: 1, loss: 'bce' as const };
  const { weights, scores } = await measureMovement(tinyBertFolder, sentences, name, options);
  const model = TokenClassifier.load(tinyBertFolder);
  const { examples } = await prepareExamples(sentences, new Tokenizer(tinyBertFolder), model.configuration);
  const task = taggingObjective(model, DEFAULT_TRAINING);
  const { gradients } = lossAndGradients(task, { examples, share: 1, draw: 0, step: 0 }, 1);
  const slope = download(gradients.get(name)!);
  const expected = weights.map((weight, index) => -weight * slope[index]);
  assert.ok(Math.max(...expected.map(Math.abs)) > 1e-6);
  assert.ok(largestDifference(scores, expected) < 1e-9);
  await assert.rejects(measureMovement(tinyBertFolder, sentences, 'no.such', options), InputError);
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRandom, projectRoot } from '../../foundation';
import { download, free, livingTensors, Model, padBatch } from '../../nn';
import { Tokenizer } from '../../tokenization';
import { publishedFolder } from '../../tokenization/published.fixture';
import { DEFAULT_TRAINING, lossAndGradients, train } from '../../training';
import { hideWords, type Masking, maskingObjective, prepareTexts } from './masking';

const masking: Masking = { maskId: 4, vocabularySize: 60, specialIds: new Set([0, 1, 2, 3, 4]) };
const folder = join(projectRoot, 'src', 'nn', 'fixtures', 'networks', 'bert-vocabulary');
const window = (ids: number[]) => ({ inputIds: Int32Array.of(2, ...ids, 3) });

test('a fraction of the words is selected, special tokens and padding never', () => {
  const model = Model.load(folder);
  const task = maskingObjective(model, masking, folder);
  const texts = fc.array(fc.array(fc.integer({ min: 5, max: 59 }), { minLength: 3, maxLength: 30 }), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(texts, fc.nat(), (ids, seed) => {
      const batch = padBatch(ids.map(window));
      const { batch: hidden, places, words } = hideWords(batch, masking, createRandom(seed));
      const candidates = ids.flat().length;
      assert.equal(places.length, Math.max(1, Math.round(0.15 * candidates)));
      // The loss is averaged over these, as the task's weight states.
      assert.equal(task.weight(ids.map(window)), places.length);
      places.forEach((place, index) => {
        assert.equal(words[index], batch.inputIds[place]);
        assert.ok(!masking.specialIds.has(words[index]) && batch.attentionMask[place] === 1);
      });
      hidden.inputIds.forEach((id, place) => {
        if (!places.includes(place)) assert.equal(id, batch.inputIds[place]);
      });
    }),
    { numRuns: 200, seed: 1 },
  );
  model.dispose();
});

test('words of any tokenizer are hidden behind its own mask token', async () => {
  for (const [name, mask] of [
    ['bert-cased', '[MASK]'],
    ['mpnet', '<mask>'],
    ['roberta', '<mask>'],
  ] as const) {
    const tokenizer = new Tokenizer(publishedFolder(name));
    const { maskId, vocabularySize, specialIds } = tokenizer;
    assert.equal(tokenizer.tokenOf(maskId!), mask);
    const examples = await prepareTexts(['HeLa cells carry p53 mutants '.repeat(60)], tokenizer, 16);
    const batch = padBatch(examples);
    const { batch: hidden, places } = hideWords(
      batch,
      { maskId: maskId!, vocabularySize, specialIds },
      createRandom(1),
    );
    const { startId, endId } = tokenizer;
    for (let row = 0; row < batch.size; row++) assert.equal(hidden.inputIds[row * batch.length], startId);
    assert.ok([...places].every((place) => ![startId, endId].includes(batch.inputIds[place])));
    const masked = [...places].filter((place) => hidden.inputIds[place] === maskId);
    assert.ok(masked.length > 0.7 * places.length, `${masked.length} of ${places.length}`);
  }
});

test('of the selected words four fifths are masked, a tenth replaced by another word, a tenth kept', () => {
  const batch = padBatch([window(Array.from({ length: 20_000 }, (_, index) => 5 + (index % 55)))]);
  const { batch: hidden, places, words } = hideWords(batch, masking, createRandom(1));
  const share = (holds: (id: number, word: number) => boolean) =>
    [...places].filter((place, index) => holds(hidden.inputIds[place], words[index])).length / places.length;
  assert.ok(Math.abs(share((id) => id === masking.maskId) - 0.8) < 0.03);
  assert.ok(Math.abs(share((id, word) => id === word) - 0.1) < 0.03);
});

test('the gradient matches the loss: a small step against it lowers the loss by its length', () => {
  const model = Model.load(folder);
  Object.assign(model.encoder, { hiddenDropout: 0, attentionDropout: 0 });
  const own = { ...masking, vocabularySize: model.encoder.vocabularySize };
  const task = maskingObjective(model, own, folder);
  const examples = [window([7, 8, 9, 10, 11, 12, 13]), window([9, 8, 7, 6, 5])];
  const { loss, gradients } = lossAndGradients(task, { examples, share: 1, draw: 0 }, 1);
  const plain = new Map([...gradients].map(([name, gradient]) => [name, download(gradient)]));
  free(...gradients.values());
  const squared = [...plain.values()].reduce(
    (sum, data) => sum + data.reduce((s, one) => s + one * one, 0),
    0,
  );
  const step = 1e-3;
  const moved = model.parameters.snapshot();
  for (const [name, { data }] of moved)
    data.forEach((value, index) => {
      data[index] = value - step * plain.get(name)![index];
    });
  model.parameters.restore(moved);
  const after = lossAndGradients(task, { examples, share: 1, draw: 0 }, 1);
  free(...after.gradients.values());
  const ratio = (loss - after.loss) / (step * squared);
  assert.ok(Math.abs(ratio - 1) < 0.05, `${ratio}`);
  model.dispose();
  assert.equal(livingTensors(), 0);
});

test('a model memorizes repetitive text', async (context) => {
  const out = mkdtempSync(join(tmpdir(), 'masking-'));
  context.after(() => rmSync(out, { recursive: true }));
  const model = Model.load(folder);
  const own = { ...masking, vocabularySize: model.encoder.vocabularySize };
  const examples = Array.from({ length: 16 }, () => window([7, 8, 9, 10, 11, 12, 13, 14]));
  const losses: number[] = [];
  await train({
    task: { ...maskingObjective(model, own, folder), save() {}, reload() {} },
    examples,
    options: { ...DEFAULT_TRAINING, epochs: 20, batchSize: 8, learningRate: 3e-2, checkpointMinutes: 60 },
    folder: out,
    evaluate: async () => ({ loss: 0, score: 0 }),
    onRow: (rows) => {
      const row = rows[rows.length - 1];
      if (row.kind === 'step') losses.push(row.loss);
    },
  });
  assert.ok(losses[losses.length - 1] < losses[0] / 4, `${losses[0]} -> ${losses[losses.length - 1]}`);
  model.dispose();
});

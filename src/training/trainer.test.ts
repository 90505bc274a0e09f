import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createRandom, ENTITY_CLASSES, type EntityClass } from '../foundation';
import { download, free, livingTensors, readSafetensors, TokenClassifier } from '../nn';
import { relativeError } from '../nn/network-fixture';
import { copyTinyBert, tinyBertExample } from '../nn/tiny-bert';
import type { TrainingOptions } from './configuration';
import type { Example } from './examples';
import { AdamW } from './optimizer';
import { lossAndGradients, train } from './trainer';

/** The fixture's batch and targets, and what PyTorch made of them: losses of three steps. */
function fixture(folder: string) {
  const { input_ids, attention_mask } = tinyBertExample();
  const { labels, known, losses } = JSON.parse(readFileSync(join(folder, 'training.json'), 'utf8'));
  const batch = {
    size: input_ids.length,
    length: input_ids[0].length,
    inputIds: Int32Array.from(input_ids.flat()),
    attentionMask: Float32Array.from(attention_mask.flat()),
    labels: Float32Array.from(labels as number[]),
    known: Float32Array.from(known as number[]),
    knownLabels: (known as number[]).filter((one) => one === 1).length,
    tokens: attention_mask.flat().filter((mask) => mask === 1).length,
  };
  return { batch, losses: losses as number[] };
}

/** A saved head has one row more than ours: the zeros of `O`. */
function withoutO(name: string, data: Float32Array): Float32Array {
  return name.startsWith('classifier') ? data.subarray(data.length / 9) : data;
}

test('loss and every gradient equal those of PyTorch', (context) => {
  const folder = copyTinyBert(context);
  const model = TokenClassifier.load(folder);
  const { batch, losses } = fixture(folder);
  const { loss, gradients } = lossAndGradients(model, batch, 1, 0);
  assert.ok(Math.abs(loss - losses[0]) < 1e-5);
  const expected = readSafetensors(join(folder, 'gradients.safetensors'));
  assert.equal(gradients.size, expected.size);
  for (const [name, gradient] of gradients) {
    const error = relativeError(download(gradient), withoutO(name, expected.get(name)!.data), 1e-4);
    assert.ok(error < 1e-3, `${name}: ${error}`);
  }
  free(...gradients.values());
  model.dispose();
});

test('three steps of AdamW lead to the weights of PyTorch', (context) => {
  const folder = copyTinyBert(context);
  const model = TokenClassifier.load(folder);
  const { batch, losses } = fixture(folder);
  const optimizer = new AdamW(model.parameters, 0.1);
  for (const expected of losses) {
    const { loss, gradients } = lossAndGradients(model, batch, 1, 0);
    assert.ok(Math.abs(loss - expected) < 1e-4, `${loss} against ${expected}`);
    optimizer.update(gradients, 1e-2, 1);
    free(...gradients.values());
  }
  const trained = readSafetensors(join(folder, 'trained.safetensors'));
  for (const [name, { data }] of model.parameters.snapshot()) {
    // A key's bias cannot move the softmax: its gradient is rounding noise, which Adam turns into steps of any sign.
    if (name.endsWith('key.bias')) continue;
    const error = relativeError(data, withoutO(name, trained.get(name)!.data), 0);
    assert.ok(error < 1e-4, `${name}: ${error}`);
  }
  optimizer.dispose();
  model.dispose();
  assert.equal(livingTensors(), 0);
});

const options: TrainingOptions = {
  epochs: 3,
  batchSize: 4,
  learningRate: 5e-3,
  warmupShare: 0.1,
  weightDecay: 0.01,
  clipNorm: 1,
  seed: 7,
};

/** Windows in which token 20 is a Cell and no other token is anything: a rule that can be learned. */
function learnableExamples(): Example[] {
  const random = createRandom(3);
  return Array.from({ length: 18 }, (_, row) => {
    const length = 4 + (row % 5);
    const inputIds = Int32Array.from({ length }, () => 10 + random.below(12));
    const labels = new Uint8Array(length * 8);
    inputIds.forEach((id, token) => {
      if (id === 20) labels[token * 8 + 2] = 1;
    });
    return { inputIds, labels, known: new Uint8Array(length * 8).fill(1) };
  });
}

const noF1 = Object.fromEntries(ENTITY_CLASSES.map((label) => [label, null])) as Record<EntityClass, null>;

/** Dropout on, so that resuming must also repeat chance. */
function modelWithDropout(context: TestContext): TokenClassifier {
  const model = TokenClassifier.load(copyTinyBert(context));
  Object.assign(model.configuration.encoder, { hiddenDropout: 0.2, attentionDropout: 0.2 });
  return model;
}

test('training lowers the loss, keeps the best epoch and leaves no checkpoint', async (context) => {
  const model = modelWithDropout(context);
  const folder = join(model.source, '..', 'run');
  const scores = [0.2, 0.5, 0.4];
  const report = await train({
    model,
    examples: learnableExamples(),
    options,
    folder,
    evaluate: async () => ({ loss: 0, f1: noF1, meanF1: scores.shift()! }),
  });
  assert.equal(report.finished, true);
  assert.equal(report.bestEpoch, 2);
  assert.equal(report.rows.length, 18);
  const losses = report.rows.flatMap((row) => (row.kind === 'step' ? [row.loss] : []));
  assert.ok(losses[14] < losses[0] / 2, losses.join(' '));
  assert.deepEqual(TokenClassifier.load(folder).parameters.snapshot(), model.parameters.snapshot());
  assert.equal(existsSync(join(folder, 'checkpoint')), false);
  assert.equal(readFileSync(join(folder, 'metrics.jsonl'), 'utf8').trim().split('\n').length, 18);
});

test('a run that is interrupted at any step and resumed takes the same steps as an undisturbed one', async (context) => {
  const evaluate = async () => ({ loss: 0, f1: noF1, meanF1: 0.5 });
  const examples = learnableExamples();
  const whole = modelWithDropout(context);
  const wholeReport = await train({
    model: whole,
    examples,
    options,
    folder: join(whole.source, '..', 'run'),
    evaluate,
  });
  for (const stopAfter of [1, 5, 7]) {
    const first = modelWithDropout(context);
    const folder = join(first.source, '..', 'run');
    const interrupt = new AbortController();
    const progress = { update: (done: number) => void (done === stopAfter && interrupt.abort()), end() {} };
    const part = await train({
      model: first,
      examples,
      options,
      folder,
      evaluate,
      progress,
      signal: interrupt.signal,
    });
    assert.equal(part.finished, false);
    const second = modelWithDropout(context);
    const rest = await train({ model: second, examples, options, folder, evaluate, resume: true });
    assert.deepEqual(second.parameters.snapshot(), whole.parameters.snapshot());
    const steps = (report: typeof rest) => report.rows.map((row) => [row.kind, row.step, row.loss]);
    assert.deepEqual(steps(rest), steps(wholeReport));
  }
});

test('a checkpoint of a run with other options is refused', async (context) => {
  const model = modelWithDropout(context);
  const folder = join(model.source, '..', 'run');
  const interrupt = new AbortController();
  interrupt.abort();
  const run = {
    examples: learnableExamples(),
    folder,
    evaluate: async () => ({ loss: 0, f1: noF1, meanF1: 0 }),
  };
  await train({ ...run, model, options, signal: interrupt.signal });
  const changed = { ...options, learningRate: 1 };
  await assert.rejects(train({ ...run, model, options: changed, resume: true }), /other options/);
});

test('a diverging run stops with its step and keeps no broken model', async (context) => {
  const model = modelWithDropout(context);
  const folder = join(model.source, '..', 'run');
  const poisoned = model.parameters.snapshot();
  poisoned.get('classifier.bias')!.data[0] = Number.NaN;
  model.parameters.restore(poisoned);
  const run = train({
    model,
    examples: learnableExamples(),
    options,
    folder,
    evaluate: async () => ({ loss: 0, f1: noF1, meanF1: 0 }),
  });
  await assert.rejects(run, { name: 'InputError', message: /diverged at step 1/ });
  assert.equal(existsSync(join(folder, 'config.json')), false);
});

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { download, free, kernels, livingTensors, readSafetensors, TokenClassifier, upload } from '../nn';
import { relativeError } from '../nn/network.fixture';
import { copyTinyBert, tinyBertExample } from '../nn/tiny-bert.fixture';
import type { Example, Objective } from '../tasks';
import { createLoss, lossOnTape, taggingObjective } from '../tasks';
import { BIO } from '../tokenization/tag-set.fixture';
import { groupByLength, splitIntoPasses } from './batching';
import { DEFAULT_TRAINING } from './configuration';
import { learnableExamples, modelWithDropout, learnableOptions as options } from './learnable.fixture';
import { Learner } from './learner';
import { AdamW, globalNorm } from './optimizer';
import { LAST } from './run-folder';
import { rateShare } from './schedule';
import { accumulate, lossAndGradients, sharesOf, takeStep } from './step';
import { train } from './trainer';

/** The fixture's batch and targets, and PyTorch's losses of three steps on them. */
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

/** A task that always uses the fixture's batch. */
function fixtureTask(model: TokenClassifier, batch: ReturnType<typeof fixture>['batch']): Objective<Example> {
  const loss = createLoss(DEFAULT_TRAINING, BIO);
  return {
    ...taggingObjective(model, DEFAULT_TRAINING),
    loss(tape, weights) {
      const logits = model.logits(tape, weights, batch);
      return lossOnTape(tape, logits, () => loss(logits, batch));
    },
  };
}

const part = (examples: Example[], share = 1) => ({ examples, share, draw: 0 });

/** A saved head has one row more than ours: the zeros of `O`. */
function withoutO(name: string, data: Float32Array): Float32Array {
  return name.startsWith('classifier') ? data.subarray(data.length / 9) : data;
}

test('loss and every gradient equal those of PyTorch', (context) => {
  const folder = copyTinyBert(context);
  const model = TokenClassifier.load(folder);
  const { batch, losses } = fixture(folder);
  const { loss, gradients } = lossAndGradients(fixtureTask(model, batch), part([]), 1);
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

test('three steps of AdamW give the weights of PyTorch', (context) => {
  const folder = copyTinyBert(context);
  const model = TokenClassifier.load(folder);
  const { batch, losses } = fixture(folder);
  const optimizer = new AdamW(model.parameters, 0.1);
  for (const expected of losses) {
    const { loss, gradients } = lossAndGradients(fixtureTask(model, batch), part([]), 1);
    assert.ok(Math.abs(loss - expected) < 1e-4, `${loss} against ${expected}`);
    optimizer.update(gradients, 1e-2, 1);
    free(...gradients.values());
  }
  const trained = readSafetensors(join(folder, 'trained.safetensors'));
  for (const [name, { data }] of model.parameters.snapshot()) {
    // A key's bias cannot change the softmax: its gradient is rounding noise, which Adam turns into steps of either sign.
    if (name.endsWith('key.bias')) continue;
    const error = relativeError(data, withoutO(name, trained.get(name)!.data), 0);
    assert.ok(error < 1e-4, `${name}: ${error}`);
  }
  optimizer.dispose();
  model.dispose();
  assert.equal(livingTensors(), 0);
});

test('training lowers the loss, keeps the best and the last epoch and leaves no checkpoint', async (context) => {
  const model = modelWithDropout(context);
  const folder = join(model.source, '..', 'run');
  const scores = [0.2, 0.5, 0.4];
  const seen: ReturnType<typeof model.parameters.snapshot>[] = [];
  const run = {
    task: taggingObjective(model, options),
    examples: learnableExamples(),
    options,
    folder,
    evaluate: async () => {
      seen.push(model.parameters.snapshot());
      return { loss: 0, score: scores.shift()! };
    },
  };
  const report = await train(run);
  assert.equal(report.finished, true);
  assert.equal(report.bestEpoch, 2);
  assert.equal(report.rows.length, 18);
  const losses = report.rows.flatMap((row) => (row.kind === 'step' ? [row.loss] : []));
  assert.ok(losses[14] < losses[0] / 2, losses.join(' '));
  assert.deepEqual(TokenClassifier.load(folder).parameters.snapshot(), model.parameters.snapshot());
  assert.deepEqual(TokenClassifier.load(join(folder, LAST)).parameters.snapshot(), seen[2]);
  assert.equal(existsSync(join(folder, 'checkpoint')), false);
  assert.equal(readFileSync(join(folder, 'metrics.jsonl'), 'utf8').trim().split('\n').length, 18);
  // Trained again, the last epoch is the best one, and the other run's last model is removed.
  scores.push(0.1, 0.2, 0.3);
  assert.equal((await train(run)).bestEpoch, 3);
  assert.deepEqual(TokenClassifier.load(folder).parameters.snapshot(), seen[5]);
  assert.equal(existsSync(join(folder, LAST)), false);
});

test('steps weigh by what they average over, so that all tokens of an epoch count alike', async (context) => {
  const own = { ...options, epochs: 1, batchSize: 3, clipNorm: 2, averaging: 0 };
  const examples = learnableExamples();
  const trained = modelWithDropout(context);
  await train({
    ...{ task: taggingObjective(trained, own), examples, options: own, precision: 'float32', replicas: 1 },
    folder: join(trained.source, '..', 'run'),
    evaluate: async () => ({ loss: 0, score: 1 }),
  });
  const byHand = modelWithDropout(context);
  const task = taggingObjective(byHand, own);
  const learner = new Learner(task, own);
  const batches = groupByLength(examples, own, own.seed, 1);
  const tokens = batches.map((batch) => batch.reduce((sum, { inputIds }) => sum + inputIds.length, 0));
  assert.ok(Math.max(...tokens) > 1.5 * Math.min(...tokens));
  const average = tokens.reduce((sum, count) => sum + count) / batches.length;
  for (const [step, batch] of batches.entries()) {
    const part = { examples: batch, share: 1, draw: step, step };
    const { gradients } = lossAndGradients(task, part, own.seed);
    const weight = tokens[step] / average;
    const rate = own.learningRate * rateShare(own.schedule, step, batches.length, own.warmupShare);
    learner.update(gradients, rate, Math.min(weight, own.clipNorm / globalNorm(gradients)));
    free(...gradients.values());
  }
  learner.dispose();
  const expected = byHand.parameters.snapshot();
  for (const [name, { data }] of trained.parameters.snapshot())
    assert.ok(relativeError(data, expected.get(name)!.data, 1e-6) < 1e-5, name);
});

test('a step in several passes is the step of its whole batch', (context) => {
  const model = TokenClassifier.load(copyTinyBert(context));
  const task = taggingObjective(model, options);
  const [long, short] = learnableExamples().reduce<Example[][]>(
    ([one, other], example, index) =>
      index < 4 ? [[...one, lengthened(example, 8)], other] : [one, [...other, example]],
    [[], []],
  );
  const batch = [...long, ...short, ...short, ...short];
  assert.deepEqual(
    splitIntoPasses(batch).map(({ length }) => length),
    [3 * short.length, long.length],
  );
  const { loss, gradients } = lossAndGradients(task, { examples: batch, share: 1, draw: null }, 1);
  const found: Map<string, Float32Array> = new Map();
  const learner = {
    task,
    update: (own: typeof gradients) => {
      for (const [name, gradient] of own) found.set(name, Float32Array.from(download(gradient)));
    },
  };
  const once = { seed: 1, accumulation: 1, clipNorm: 1 };
  const step = { step: 0, where: 'the test', learningRate: 1, precision: 'float32' as const };
  const outcome = takeStep(learner as unknown as Learner<Example>, [batch], once, step);
  assert.ok(Math.abs(outcome.loss - loss) < 1e-6);
  assert.ok(Math.abs(outcome.gradientNorm - globalNorm(gradients)) < 1e-5 * globalNorm(gradients));
  for (const [name, gradient] of gradients)
    if (!name.endsWith('key.bias'))
      assert.ok(relativeError(found.get(name)!, download(gradient), 1e-6) < 1e-4, name);
  free(...gradients.values());
  model.dispose();
});

/** The example repeated, as one window. */
function lengthened({ inputIds, labels, known }: Example, times: number): Example {
  const repeat = <T extends Int32Array | Uint8Array>(values: T): number[] =>
    Array.from({ length: times }, () => [...values]).flat();
  return {
    inputIds: Int32Array.from(repeat(inputIds)),
    labels: Uint8Array.from(repeat(labels)),
    known: Uint8Array.from(repeat(known)),
  };
}

test('a diverging run stops with its step and keeps no broken model', async (context) => {
  const model = modelWithDropout(context);
  const folder = join(model.source, '..', 'run');
  const poisoned = model.parameters.snapshot();
  poisoned.get('classifier.bias')!.data[0] = Number.NaN;
  model.parameters.restore(poisoned);
  const run = train({
    task: taggingObjective(model, options),
    examples: learnableExamples(),
    options,
    folder,
    evaluate: async () => ({ loss: 0, score: 0 }),
  });
  await assert.rejects(run, { name: 'InputError', message: /diverged at step 1 \(epoch 1, batch 1\)/ });
  assert.equal(existsSync(join(folder, 'config.json')), false);
});

test('a run that diverges later keeps the best model and the last good checkpoint, from which it resumes', async (context) => {
  const evaluate = async () => ({ loss: 0, score: 0 });
  const own = { ...options, checkpointMinutes: 0 };
  const whole = modelWithDropout(context);
  const run = { examples: learnableExamples(), options: own, evaluate };
  await train({ ...run, task: taggingObjective(whole, own), folder: join(whole.source, '..', 'run') });
  const model = modelWithDropout(context);
  const folder = join(model.source, '..', 'run');
  let firstEpoch: ReturnType<typeof model.parameters.snapshot> | undefined;
  const healthy = taggingObjective(model, own);
  const task: Objective<Example> = {
    ...healthy,
    loss(tape, weights, examples, random, step) {
      const loss = healthy.loss(tape, weights, examples, random, step);
      if (step !== 7) return loss;
      return tape.apply([loss], () => {
        const nothing = upload(Float32Array.of(Number.NaN), []);
        return {
          output: kernels.multiply(loss, nothing),
          saved: [nothing],
          backward: (dy) => [kernels.multiply(dy, nothing)],
        };
      });
    },
  };
  const diverging = train({
    ...run,
    task,
    folder,
    evaluate: () => {
      firstEpoch ??= model.parameters.snapshot();
      return evaluate();
    },
  });
  await assert.rejects(diverging, {
    name: 'InputError',
    message: /diverged at step 8 \(epoch 2, batch 3\): the loss is NaN/,
  });
  assert.deepEqual(TokenClassifier.load(folder).parameters.snapshot(), firstEpoch);
  const again = modelWithDropout(context);
  const heard: number[] = [];
  await train({
    ...run,
    task: taggingObjective(again, own),
    folder,
    resume: true,
    onRow: (rows) => void heard.push(rows[rows.length - 1].step),
  });
  assert.equal(heard[0], 8);
  const lastOf = (run: string) => TokenClassifier.load(join(run, LAST)).parameters.snapshot();
  assert.deepEqual(lastOf(folder), lastOf(join(whole.source, '..', 'run')));
});

test('weights broken by the last step of an epoch are not the best model', async (context) => {
  const model = modelWithDropout(context);
  const folder = join(model.source, '..', 'run');
  const losses = [0.5, Number.NaN];
  const scores = [0.2, 0.9];
  let first: ReturnType<typeof model.parameters.snapshot> | undefined;
  const run = train({
    task: taggingObjective(model, options),
    examples: learnableExamples(),
    options,
    folder,
    evaluate: async () => {
      first ??= model.parameters.snapshot();
      return { loss: losses.shift()!, score: scores.shift()! };
    },
  });
  await assert.rejects(run, { name: 'InputError', message: /diverged at the end of epoch 2/ });
  assert.deepEqual(TokenClassifier.load(folder).parameters.snapshot(), first);
});

test('accumulated batches give the step of one large batch, whatever their annotations', (context) => {
  const model = TokenClassifier.load(copyTinyBert(context));
  const task = taggingObjective(model, DEFAULT_TRAINING);
  const examples = learnableExamples().slice(0, 8);
  for (const { known } of examples.slice(0, 2)) known.fill(0);
  const batches = [examples.slice(0, 3), examples.slice(3, 4), examples.slice(4), examples.slice(0, 1)];
  const before = livingTensors();
  const whole = accumulate(task, [part(batches.flat())], 1);
  const shares = sharesOf(task, batches);
  const parts = accumulate(
    task,
    batches.map((batch, index) => part(batch, shares[index])),
    1,
  );
  assert.equal(livingTensors() - before, 2 * model.parameters.shapes.size);
  assert.ok(Math.abs(parts.loss - whole.loss) < 1e-6 * whole.loss);
  for (const [name, gradient] of parts.gradients) {
    // A key's bias cannot change the softmax: its gradient is rounding noise.
    if (name.endsWith('key.bias')) continue;
    const error = relativeError(download(gradient), download(whole.gradients.get(name)!), 1e-6);
    assert.ok(error < 1e-5, `${name}: ${error}`);
  }
  assert.deepEqual(sharesOf(task, [examples.slice(0, 1), examples.slice(1, 2)]), [0, 0]);
  for (const { gradients } of [whole, parts]) free(...gradients.values());
  model.dispose();
});

test('training stops early without improvement, and keeps the best averaged weights', async (context) => {
  const model = modelWithDropout(context);
  const folder = join(model.source, '..', 'run');
  const scores = [0.2, 0.5, 0.4, 0.3, 0.9];
  const seen: Map<string, { data: Float32Array }>[] = [];
  const report = await train({
    task: taggingObjective(model, options),
    examples: learnableExamples(),
    options: { ...options, epochs: 5, patience: 2, averaging: 0.9 },
    folder,
    evaluate: async () => {
      seen.push(model.parameters.snapshot());
      return { loss: 0, score: scores.shift()! };
    },
  });
  assert.equal(report.finished, true);
  assert.equal(report.bestEpoch, 2);
  assert.equal(scores.length, 1);
  assert.deepEqual(TokenClassifier.load(folder).parameters.snapshot(), seen[1]);
  assert.deepEqual(TokenClassifier.load(join(folder, LAST)).parameters.snapshot(), seen[3]);
});

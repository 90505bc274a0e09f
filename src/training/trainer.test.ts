import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createRandom, ENTITY_CLASSES, type EntityClass } from '../foundation';
import { download, free, livingTensors, readSafetensors, TokenClassifier } from '../nn';
import { relativeError } from '../nn/network-fixture';
import { copyTinyBert, tinyBertExample } from '../nn/tiny-bert';
import { DEFAULT_TRAINING, type TrainingConfiguration } from './configuration';
import type { Example } from './examples';
import { layerRates } from './layer-rates';
import { createLoss } from './losses';
import { AdamW } from './optimizer';
import { accumulate, lossAndGradients } from './step';
import { taggingLoss, taggingTask } from './tagging-task';
import type { Task } from './task';
import { train } from './trainer';

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

/** The fixture's batch whatever the examples are. */
function fixtureTask(model: TokenClassifier, batch: ReturnType<typeof fixture>['batch']): Task<Example> {
  const loss = createLoss(DEFAULT_TRAINING, 'bio');
  return {
    ...taggingTask(model, DEFAULT_TRAINING),
    loss: (tape, weights) => taggingLoss(model, loss, tape, weights, batch),
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

test('three steps of AdamW lead to the weights of PyTorch', (context) => {
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
    // A key's bias cannot move the softmax: its gradient is rounding noise, which Adam turns into steps of any sign.
    if (name.endsWith('key.bias')) continue;
    const error = relativeError(data, withoutO(name, trained.get(name)!.data), 0);
    assert.ok(error < 1e-4, `${name}: ${error}`);
  }
  optimizer.dispose();
  model.dispose();
  assert.equal(livingTensors(), 0);
});

const options: Omit<TrainingConfiguration, 'train' | 'dev'> = {
  ...DEFAULT_TRAINING,
  epochs: 3,
  batchSize: 4,
  learningRate: 5e-3,
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
    task: taggingTask(model, options),
    examples: learnableExamples(),
    options,
    folder,
    evaluate: async () => ({ loss: 0, f1: noF1, score: scores.shift()! }),
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

for (const batchTokens of [null, 24])
  test(`a run that is interrupted at any step and resumed takes the same steps as an undisturbed one, ${batchTokens ? 'batches by tokens' : 'batches of windows'}`, async (context) => {
    const own = { ...options, batchTokens };
    const evaluate = async () => ({ loss: 0, f1: noF1, score: 0.5 });
    const examples = learnableExamples();
    const whole = modelWithDropout(context);
    const wholeReport = await train({
      task: taggingTask(whole, own),
      examples,
      options: own,
      folder: join(whole.source, '..', 'run'),
      evaluate,
    });
    for (const stopAfter of [1, 5, 7]) {
      const first = modelWithDropout(context);
      const folder = join(first.source, '..', 'run');
      const interrupt = new AbortController();
      const progress = { update: (done: number) => void (done === stopAfter && interrupt.abort()), end() {} };
      const part = await train({
        task: taggingTask(first, own),
        examples,
        options: own,
        folder,
        evaluate,
        progress,
        signal: interrupt.signal,
      });
      assert.equal(part.finished, false);
      const second = modelWithDropout(context);
      const rest = await train({
        task: taggingTask(second, own),
        examples,
        options: own,
        folder,
        evaluate,
        resume: true,
      });
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
    evaluate: async () => ({ loss: 0, f1: noF1, score: 0 }),
  };
  await train({ ...run, task: taggingTask(model, options), options, signal: interrupt.signal });
  const changed = { ...options, learningRate: 1 };
  await assert.rejects(
    train({ ...run, task: taggingTask(model, options), options: changed, resume: true }),
    /other options/,
  );
  // As many windows as before, one label another.
  const [first, ...others] = learnableExamples();
  const relabelled = {
    ...first,
    labels: first.labels.map((label, index) => (index === 0 ? 1 - label : label)),
  };
  await assert.rejects(
    train({
      ...run,
      task: taggingTask(model, options),
      options,
      examples: [relabelled, ...others],
      resume: true,
    }),
    /other options, data or model/,
  );
});

test('a diverging run stops with its step and keeps no broken model', async (context) => {
  const model = modelWithDropout(context);
  const folder = join(model.source, '..', 'run');
  const poisoned = model.parameters.snapshot();
  poisoned.get('classifier.bias')!.data[0] = Number.NaN;
  model.parameters.restore(poisoned);
  const run = train({
    task: taggingTask(model, options),
    examples: learnableExamples(),
    options,
    folder,
    evaluate: async () => ({ loss: 0, f1: noF1, score: 0 }),
  });
  await assert.rejects(run, { name: 'InputError', message: /diverged at step 1 \(epoch 1, batch 1\)/ });
  assert.equal(existsSync(join(folder, 'config.json')), false);
});

test('batches that are accumulated make the step of the one large batch', (context) => {
  const model = TokenClassifier.load(copyTinyBert(context));
  const task = taggingTask(model, DEFAULT_TRAINING);
  const examples = learnableExamples().slice(0, 8);
  const before = livingTensors();
  const whole = accumulate(task, [part(examples)], 1);
  const halves = accumulate(task, [part(examples.slice(0, 4), 1 / 2), part(examples.slice(4), 1 / 2)], 1);
  const known = (part: Example[]) => part.reduce((sum, example) => sum + example.known.length, 0);
  assert.equal(livingTensors() - before, 2 * model.parameters.shapes.size);
  // A mean of means: alike where both halves know equally many labels, which these nearly do.
  const ratio = known(examples.slice(0, 4)) / known(examples.slice(4));
  assert.ok(Math.abs(halves.loss - whole.loss) < Math.abs(1 - ratio) * whole.loss + 1e-6);
  const equal = accumulate(task, [part(examples, 1 / 2), part(examples, 1 / 2)], 1);
  for (const [name, gradient] of equal.gradients) {
    const error = relativeError(download(gradient), download(whole.gradients.get(name)!), 1e-6);
    assert.ok(error < 1e-5, `${name}: ${error}`);
  }
  for (const { gradients } of [whole, halves, equal]) free(...gradients.values());
  model.dispose();
});

test('layers below move less, and the factor of the head is 1', () => {
  const names = [
    'bert.embeddings.word_embeddings.weight',
    'bert.encoder.layer.0.output.dense.bias',
    'bert.encoder.layer.5.attention.self.key.weight',
    'classifier.weight',
  ];
  assert.deepEqual([...layerRates(names, 6, 0.5).values()], [1 / 128, 1 / 64, 1 / 2, 1]);
});

test('training ends early where nothing gets better, and keeps what averages of weights are best', async (context) => {
  const model = modelWithDropout(context);
  const folder = join(model.source, '..', 'run');
  const scores = [0.2, 0.5, 0.4, 0.3, 0.9];
  const seen: Map<string, { data: Float32Array }>[] = [];
  const report = await train({
    task: taggingTask(model, options),
    examples: learnableExamples(),
    options: { ...options, epochs: 5, patience: 2, averaging: 0.9 },
    folder,
    evaluate: async () => {
      seen.push(model.parameters.snapshot());
      return { loss: 0, f1: noF1, score: scores.shift()! };
    },
  });
  assert.equal(report.finished, true);
  assert.equal(report.bestEpoch, 2);
  assert.equal(scores.length, 1);
  assert.deepEqual(TokenClassifier.load(folder).parameters.snapshot(), seen[1]);
});

test('killed at any moment and resumed, the weights are those of an undisturbed run', async (context) => {
  const whole = modelWithDropout(context);
  const killed = join(whole.source, '..', 'killed');
  const source = modelWithDropout(context).source;
  const settings = { ...options, accumulation: 2, averaging: 0.9, checkpointMinutes: 0 };
  const evaluate = async () => ({ loss: 0, f1: noF1, score: 0.5 });
  await train({
    task: taggingTask(whole, settings),
    examples: learnableExamples(),
    options: settings,
    folder: join(whole.source, '..', 'whole'),
    evaluate,
  });
  writeFileSync(
    join(source, 'run.json'),
    JSON.stringify({ source, settings, folder: killed, examples: learnableExamples().map(plain) }),
  );
  let finished = false;
  for (let attempt = 0; !finished && attempt < 20; attempt++) {
    // Each attempt gets one step further before it is killed in the midst of writing or computing.
    finished = await runUntilKilled(join(source, 'run.json'), 1 + attempt * 2);
  }
  assert.ok(finished);
  const stored = readSafetensors(join(killed, 'model.safetensors'));
  for (const [name, { data }] of readSafetensors(join(whole.source, '..', 'whole', 'model.safetensors')))
    assert.deepEqual(stored.get(name)!.data, data, name);
});

const plain = ({ inputIds, labels, known }: Example) => [inputIds, labels, known].map((list) => [...list]);

/** Trains in a process of its own that kills itself with SIGKILL after so many rows; true where it came to the end. */
function runUntilKilled(file: string, rows: number): Promise<boolean> {
  const child = spawn(process.execPath, [join(__dirname, 'killed-run.fixture.js'), file, String(rows)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      if (status === 0) resolve(true);
      else if (signal === 'SIGKILL') resolve(false);
      else reject(new Error(`the run ended with ${status ?? signal}`));
    });
  });
}

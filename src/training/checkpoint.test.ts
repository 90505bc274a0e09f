import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createRandom } from '../foundation';
import { readSafetensors, TokenClassifier } from '../nn';
import { resumable } from './checkpoint';
import type { Example } from './examples';
import { learnableExamples, modelWithDropout, learnableOptions as options } from './learnable.fixture';
import { taggingTask } from './tagging-task';
import { type TrainingReport, train } from './trainer';

const evaluate = async () => ({ loss: 0, score: 0.5 });

for (const batchTokens of [null, 24])
  test(`a run that is interrupted at any step and resumed takes the same steps as an undisturbed one, ${batchTokens ? 'batches by tokens' : 'batches of windows'}`, async (context) => {
    const own = { ...options, batchTokens };
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
      const steps = (report: TrainingReport) => report.rows.map((row) => [row.kind, row.step, row.loss]);
      assert.deepEqual(steps(rest), steps(wholeReport));
    }
  });

/** A run that was stopped before its first step. */
async function stoppedRun(context: TestContext) {
  const model = modelWithDropout(context);
  const folder = join(model.source, '..', 'run');
  const run = { task: taggingTask(model, options), examples: learnableExamples(), options, folder, evaluate };
  const interrupt = new AbortController();
  interrupt.abort();
  await train({ ...run, signal: interrupt.signal });
  return { model, run };
}

test('a checkpoint of a run with other options or data is refused', async (context) => {
  const { run } = await stoppedRun(context);
  const changed = { ...options, learningRate: 1 };
  await assert.rejects(train({ ...run, options: changed, resume: true }), /other options/);
  // As many windows as before, one label another.
  const [first, ...others] = learnableExamples();
  const relabelled = {
    ...first,
    labels: first.labels.map((label, index) => (index === 0 ? 1 - label : label)),
  };
  await assert.rejects(
    train({ ...run, examples: [relabelled, ...others], resume: true }),
    /other options, data or model/,
  );
});

test('a checkpoint of another shape is refused, with the tensor and both shapes', async (context) => {
  const { model, run } = await stoppedRun(context);
  const { configuration, source } = model;
  const tensors = model.parameters.snapshot();
  const name = 'classifier.weight';
  const { shape, data } = tensors.get(name)!;
  tensors.set(name, { shape: [4, shape[1]], data: data.slice(0, 4 * shape[1]) });
  tensors.set('classifier.bias', { shape: [4], data: new Float32Array(4) });
  const other = new TokenClassifier({ ...configuration, scheme: 'token' }, source, tensors);
  await assert.rejects(train({ ...run, task: taggingTask(other, options), resume: true }), {
    name: 'InputError',
    message: /state-1-0\.safetensors: "classifier\.weight" has the shape \[8,16\], the model's is \[4,16\]/,
  });
  other.dispose();
});

test('killed at any moment and resumed, the weights are those of an undisturbed run', async (context) => {
  const whole = modelWithDropout(context);
  const source = modelWithDropout(context).source;
  const settings = { ...options, averaging: 0.9, checkpointMinutes: 0 };
  const evaluate = async () => ({ loss: 0, score: -0.5 });
  const [undisturbed, killed] = ['undisturbed', 'killed'].map((name) => join(source, name));
  const examples = learnableExamples();
  await train({
    task: taggingTask(whole, settings),
    examples,
    options: settings,
    folder: undisturbed,
    evaluate,
    replicas: 1,
    precision: 'float32',
  });
  writeFileSync(
    join(source, 'run.json'),
    JSON.stringify({ source, settings, folder: killed, examples: examples.map(plain), replicas: 1 }),
  );
  const random = createRandom(11);
  // A checkpoint is some 170 writes, each half done when it is the last; the state and the place are renamed in turn.
  const moments: [string, number][] = [
    ['renameSync', 2 + random.below(2)],
    ['writeSync', 200 + random.below(400)],
    ['milliseconds', random.below(60)],
    ['appendFileSync', 2],
    ['milliseconds', random.below(60)],
  ];
  for (const [moment, number] of moments) await runUntilKilled(join(source, 'run.json'), moment, number);
  // In the midst of removing the checkpoint, when all is done.
  assert.equal(await runUntilKilled(join(source, 'run.json'), 'rmSync', 1), 'SIGKILL');
  assert.ok(existsSync(join(killed, 'checkpoint')));
  assert.equal(resumable(killed), 'finished');
  for (const path of ['model.safetensors', join('last', 'model.safetensors')])
    assert.deepEqual(readSafetensors(join(killed, path)), readSafetensors(join(undisturbed, path)), path);
});

const plain = ({ inputIds, labels, known }: Example) => [inputIds, labels, known].map((list) => [...list]);

/** Trains in a process of its own until it is killed, or to the end. */
async function runUntilKilled(file: string, moment: string, number: number): Promise<string> {
  const fixture = join(__dirname, 'killed-run.fixture.js');
  const child = spawn(process.execPath, [fixture, file, moment, String(number)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [status, signal] = await once(child, 'close');
  if (status !== 0 && signal !== 'SIGKILL') throw new Error(`the run ended with ${status ?? signal}`);
  return signal ?? 'finished';
}

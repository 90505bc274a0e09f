import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createRandom } from '../foundation';
import { readSafetensors, TokenClassifier, writeSafetensors } from '../nn';
import type { Example } from '../tasks';
import { taggingObjective } from '../tasks';
import { resumable } from './checkpoint';
import { learnableExamples, modelWithDropout, learnableOptions as options } from './learnable.fixture';
import { type TrainingReport, train } from './trainer';

const evaluate = async () => ({ loss: 0, score: 0.5 });

for (const batchTokens of [null, 24])
  test(`a run interrupted at any step and resumed takes the same steps as an uninterrupted one, ${batchTokens ? 'batches by tokens' : 'batches of windows'}`, async (context) => {
    const own = { ...options, batchTokens };
    const examples = learnableExamples();
    const whole = modelWithDropout(context);
    const wholeReport = await train({
      task: taggingObjective(whole, own),
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
        task: taggingObjective(first, own),
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
        task: taggingObjective(second, own),
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
  const run = {
    task: taggingObjective(model, options),
    examples: learnableExamples(),
    options,
    folder,
    evaluate,
  };
  const interrupt = new AbortController();
  interrupt.abort();
  await train({ ...run, signal: interrupt.signal });
  return { model, run };
}

test('a checkpoint of a run with other options or data is rejected', async (context) => {
  const { run } = await stoppedRun(context);
  const changed = { ...options, learningRate: 1 };
  await assert.rejects(train({ ...run, options: changed, resume: true }), /other options/);
  // The same number of windows, one label different.
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

test('a checkpoint of another shape is rejected, with the tensor and both shapes', async (context) => {
  const { model, run } = await stoppedRun(context);
  const { configuration, source } = model;
  const tensors = model.parameters.snapshot();
  const name = 'classifier.weight';
  const { shape, data } = tensors.get(name)!;
  tensors.set(name, { shape: [4, shape[1]], data: data.slice(0, 4 * shape[1]) });
  tensors.set('classifier.bias', { shape: [4], data: new Float32Array(4) });
  const other = new TokenClassifier({ ...configuration, scheme: 'token' }, source, tensors);
  await assert.rejects(train({ ...run, task: taggingObjective(other, options), resume: true }), {
    name: 'InputError',
    message: /state-1-0\.safetensors: "classifier\.weight" has the shape \[8,16\], the model's is \[4,16\]/,
  });
  other.dispose();
});

test('a progress file not written by a run is rejected, and nothing is deleted', async (context) => {
  const { run } = await stoppedRun(context);
  const path = join(run.folder, 'checkpoint', 'progress.json');
  const good = JSON.parse(readFileSync(path, 'utf8'));
  const victim = join(run.folder, '..', 'victim');
  writeFileSync(victim, 'the user’s own');
  const refused = async (content: string, message: RegExp) => {
    writeFileSync(path, content);
    await assert.rejects(
      train({ ...run, resume: true }),
      { name: 'InputError', message },
      content.slice(0, 300),
    );
    // Without resuming it is overwritten.
    const interrupt = new AbortController();
    interrupt.abort();
    await train({ ...run, signal: interrupt.signal });
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), good);
    assert.equal(readFileSync(victim, 'utf8'), 'the user’s own');
  };
  const wrong: [key: string, ...values: unknown[]][] = [
    [
      'file',
      '../../victim',
      '/etc/passwd',
      '',
      null,
      'state-1-1.safetensors',
      'state-1-0.safetensors/../../../victim',
    ],
    ['epoch', 0, -1, 1.5, '1', null, 1e300, [1]],
    ['stepOfEpoch', -1, 0.5, '0', null, {}],
    ['bestEpoch', -1, 2, '0', null],
    ['bestScore', '1', {}, true],
    ['precision', 'float64', '__proto__', 1, null],
    ['replicas', 0, 1e9, 1.5, '2'],
    ['fingerprint', 1, null, {}],
  ];
  for (const [key, ...values] of wrong)
    for (const value of values)
      await refused(
        JSON.stringify({ ...good, [key]: value }),
        new RegExp(`progress\\.json: damaged, "${key}"`),
      );
  for (const content of ['null', '[]', '3', '"x"', '{}']) await refused(content, /progress\.json: damaged/);
  for (const content of ['', '{', '['.repeat(100_000)])
    await refused(content, /progress\.json: not valid JSON/);
  await refused(' '.repeat(2 << 20), /larger than the limit of \d+ bytes/);
});

test('a position beyond the end of the run is rejected', async (context) => {
  const { run } = await stoppedRun(context);
  const folder = join(run.folder, 'checkpoint');
  const good = JSON.parse(readFileSync(join(folder, 'progress.json'), 'utf8'));
  for (const [epoch, stepOfEpoch] of [
    [1, 1_000_000],
    [1_000, 0],
  ]) {
    const file = `state-${epoch}-${stepOfEpoch}.safetensors`;
    cpSync(join(folder, good.file), join(folder, file));
    writeFileSync(join(folder, 'progress.json'), JSON.stringify({ ...good, epoch, stepOfEpoch, file }));
    await assert.rejects(train({ ...run, resume: true }), {
      name: 'InputError',
      message: /beyond the end of the run/,
    });
  }
});

test('a state that lacks what the optimizer needs, or contains non-numbers, is rejected', async (context) => {
  const { run } = await stoppedRun(context);
  const path = join(run.folder, 'checkpoint', 'state-1-0.safetensors');
  const good = readSafetensors(path);
  const refused = async (change: (state: typeof good) => void, message: RegExp) => {
    const state = new Map(good);
    change(state);
    writeSafetensors(path, state);
    await assert.rejects(train({ ...run, resume: true }), { name: 'InputError', message });
  };
  await refused((state) => state.delete('optimizer/steps'), /"optimizer\/steps" has the shape \[none\]/);
  await refused((state) => state.delete('optimizer/first/classifier.bias'), /has the shape \[none\]/);
  await refused(
    (state) => state.set('optimizer/scales', { shape: [2], data: Float32Array.of(1, Number.NaN) }),
    /"optimizer\/scales" contains numbers that are not finite/,
  );
});

test('a run follows no link out of its folder', async (context) => {
  const { run } = await stoppedRun(context);
  const outside = join(run.folder, '..', 'outside');
  renameSync(join(run.folder, 'checkpoint'), outside);
  const before = readdirSync(outside);
  symlinkSync(outside, join(run.folder, 'checkpoint'));
  const message = /checkpoint: is a link, which runs do not follow/;
  await assert.rejects(train({ ...run, resume: true }), { name: 'InputError', message });
  await assert.rejects(train(run), { name: 'InputError', message });
  assert.deepEqual(readdirSync(outside), before);
});

test("a user's files in the folders of a run are kept", async (context) => {
  const { run } = await stoppedRun(context);
  const notes = ['checkpoint', 'last'].map((name) => join(run.folder, name, 'notes.txt'));
  mkdirSync(join(run.folder, 'last'));
  for (const path of notes) writeFileSync(path, 'the user’s own');
  await train(run);
  for (const path of notes) assert.equal(readFileSync(path, 'utf8'), 'the user’s own');
  assert.deepEqual(readdirSync(join(run.folder, 'checkpoint')), ['notes.txt']);
  assert.equal(resumable(run.folder), 'finished');
});

test('while a run uses a folder, another is rejected', async (context) => {
  const { model, run } = await stoppedRun(context);
  let second: Promise<unknown> | undefined;
  const progress = {
    update() {
      second ??= assert.rejects(train({ ...run, task: taggingObjective(model, options) }), {
        name: 'InputError',
        message: /run: is in use by another run/,
      });
    },
    end() {},
  };
  const { finished } = await train({ ...run, progress });
  await second;
  assert.ok(finished && second);
  assert.ok(!readdirSync(run.folder).includes('.lock'));
});

test('killed at any moment and resumed, the weights equal those of an uninterrupted run', async (context) => {
  const whole = modelWithDropout(context);
  const source = modelWithDropout(context).source;
  const settings = { ...options, averaging: 0.9, checkpointMinutes: 0 };
  const evaluate = async () => ({ loss: 0, score: -0.5 });
  const [undisturbed, killed] = ['undisturbed', 'killed'].map((name) => join(source, name));
  const examples = learnableExamples();
  await train({
    task: taggingObjective(whole, settings),
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
  // A checkpoint takes some 170 writes, each left half done in turn; state and progress are renamed one after the other.
  const moments: [string, number][] = [
    ['renameSync', 2 + random.below(2)],
    ['writeSync', 200 + random.below(400)],
    ['milliseconds', random.below(60)],
    ['appendFileSync', 2],
    ['milliseconds', random.below(60)],
  ];
  for (const [moment, number] of moments) await runUntilKilled(join(source, 'run.json'), moment, number);
  // While the checkpoint is being removed, when everything is done.
  assert.equal(await runUntilKilled(join(source, 'run.json'), 'rmSync', 1), 'SIGKILL');
  assert.ok(existsSync(join(killed, 'checkpoint')));
  assert.equal(resumable(killed), 'finished');
  for (const path of ['model.safetensors', join('last', 'model.safetensors')])
    assert.deepEqual(readSafetensors(join(killed, path)), readSafetensors(join(undisturbed, path)), path);
});

const plain = ({ inputIds, labels, known }: Example) => [inputIds, labels, known].map((list) => [...list]);

/** Trains in a separate process until it is killed, or to the end. */
async function runUntilKilled(file: string, moment: string, number: number): Promise<string> {
  const fixture = join(__dirname, 'killed-run.fixture.js');
  const child = spawn(process.execPath, [fixture, file, moment, String(number)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [status, signal] = await once(child, 'close');
  if (status !== 0 && signal !== 'SIGKILL') throw new Error(`the run ended with ${status ?? signal}`);
  return signal ?? 'finished';
}

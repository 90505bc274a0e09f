import assert from 'node:assert/strict';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { cutEncoder } from '../compression';
import { InputError, type LabelledText, readLabelledTexts } from '../foundation';
import { free, SequenceClassifier } from '../nn';
import { tinyBertFolder } from '../nn/tiny-bert.fixture';
import { classificationObjective, classificationTask } from '../tasks';
import { Tokenizer } from '../tokenization';
import {
  clippingScale,
  DEFAULT_TRAINING,
  globalNorm,
  groupByLength,
  Learner,
  lossAndGradients,
  rateShare,
} from '../training';
import { drawParts } from './parts';
import { trialRows } from './tables';
import { isFinished, runTrial, runTrials, type Trial, trialFingerprint } from './trials';

/** Texts whose first letter determines their label. */
function texts(count: number): LabelledText[] {
  return Array.from({ length: count }, (_, index) => ({
    text: `${index % 2 === 0 ? 'a' : 'z'}${index % 7} no ${index % 5}`,
    labels: [index % 2 === 0 ? 'first' : 'last'],
    several: false,
  }));
}

function study(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-study-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const split = { train: texts(40), dev: texts(12), test: texts(20) };
  const parts = drawParts(join(folder, 'data'), split, { train: 32, test: 16, sizes: [8, 400] });
  const trial: Trial = {
    ...{ name: 'tiny, seed 1', encoder: tinyBertFolder, seed: 1, labels: ['first', 'last'] },
    ...{ train: [parts.files.train], dev: [parts.files.dev] },
    ...{ epochs: 3, batchSize: 8, learningRate: 1e-2, maximumLength: 16 },
    ...{ precision: 'float32', replicas: 1 },
  };
  return { folder, parts, trial, run: { test: parts.files.test, folder: join(folder, 'trials') } };
}

test('a trial is judged on the test texts, leaves its figures alone, and is read again', async (context) => {
  const { trial, run, parts } = study(context);
  const first = await runTrial(trial, run);
  assert.equal(first.test.texts, 16);
  assert.equal(first.trainingTexts, 32);
  assert.equal(first.steps.length, 12);
  assert.equal(first.evaluations.length, 3);
  assert.equal(
    first.test.accuracy,
    first.test.answers.filter(({ gold, given }) => gold[0] === given[0]).length / 16,
  );
  assert.deepEqual(
    first.test.answers.map(({ gold }) => gold[0]),
    parts.test.map(({ labels }) => labels[0]),
  );
  const [name, ...others] = readdirSync(run.folder);
  assert.ok(name.startsWith('tiny-seed-1-') && others.length === 0);
  const folder = join(run.folder, name);
  assert.ok(existsSync(join(folder, 'trial.json')) && !existsSync(join(folder, 'model')));

  // A figure changed by hand shows that nothing is trained again.
  const path = join(folder, 'trial.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace(/"bestEpoch":\d/, '"bestEpoch":9'));
  assert.equal((await runTrial(trial, run)).bestEpoch, 9);
  const kept = await runTrial({ ...trial, keep: true }, run);
  assert.notEqual(kept.bestEpoch, 9);
  assert.ok(existsSync(join(kept.folder!, 'config.json')));
  // Other precision, other figures: it is trained anew.
  const { bestEpoch } = await runTrial({ ...trial, precision: undefined }, run);
  assert.notEqual(bestEpoch, 9);
  const changed = await runTrial({ ...trial, epochs: 1 }, run);
  assert.equal(changed.evaluations.length, 1);
  // The same encoder elsewhere is the same trial; another one in its place is not.
  const encoder = join(run.folder, '..', 'encoder');
  cpSync(tinyBertFolder, encoder, { recursive: true });
  const folders = readdirSync(run.folder).length;
  await runTrial({ ...trial, encoder }, run);
  assert.equal(readdirSync(run.folder).length, folders);
  appendFileSync(join(encoder, 'config.json'), '\n');
  await runTrial({ ...trial, encoder }, run);
  assert.equal(readdirSync(run.folder).length, folders + 1);
});

test('a trial is another one with another option, not with a default that is written out', async (context) => {
  const { trial, run } = study(context);
  const own = await trialFingerprint(trial, run);
  assert.equal(
    await trialFingerprint({ ...trial, spelledOut: DEFAULT_TRAINING.spelledOut, name: 'other' }, run),
    own,
  );
  for (const other of [{ epochs: 4 }, { spelledOut: 0.5 }, { precision: 'bfloat16' as const }])
    assert.notEqual(await trialFingerprint({ ...trial, ...other }, run), own);
});

test('what cannot be trained is reported beside the others, and a name stands for one trial', async (context) => {
  const { trial, run } = study(context);
  const outcomes = await runTrials(
    [
      { ...trial, name: 'no such encoder', encoder: '/nowhere/encoder' },
      { ...trial, name: 'too long', leftOut: 'takes hours' },
      { ...trial, epochs: 1 },
    ],
    run,
  );
  assert.deepEqual(outcomes.map(isFinished), [false, false, true]);
  const [absent, skipped, finished] = trialRows(outcomes).map((row) =>
    String(row['accuracy (%), 95% interval']),
  );
  assert.match(absent, /^not run: .*\/nowhere\/encoder/);
  assert.equal(skipped, 'not run: takes hours');
  assert.match(finished, /^\d+\.\d \(\d+\.\d to \d+\.\d\)$/);
  await assert.rejects(runTrials([trial, trial], run), InputError);
  await assert.rejects(runTrial({ ...trial, leftOut: 'takes hours' }, run), /takes hours/);
});

test('a loop of loss, gradients, clipping and update agrees with fineTune in every step', async (context) => {
  const { trial, run, parts } = study(context);
  const { steps } = await runTrial(trial, run);
  const options = { ...DEFAULT_TRAINING, ...trial };
  const network = SequenceClassifier.fromEncoder(
    tinyBertFolder,
    { labels: ['first', 'last'], outcome: 'one', maximumLength: 16, threshold: 0.5 },
    1,
  );
  const { examples } = await classificationTask.prepare(parts.train, new Tokenizer(tinyBertFolder), network);
  const objective = classificationObjective(network, options);
  const learner = new Learner(objective, options);
  const losses: number[] = [];
  for (let epoch = 1; epoch <= 3; epoch++)
    for (const batch of groupByLength(examples, options, 1, epoch)) {
      const step = losses.length;
      const part = { examples: batch, share: 1, draw: step, step };
      const { loss, gradients } = lossAndGradients(objective, part, 1);
      const rate = options.learningRate * rateShare(options.schedule, step, 12, options.warmupShare);
      learner.update(gradients, rate, clippingScale(options.clipNorm, globalNorm(gradients)));
      free(...gradients.values());
      losses.push(loss);
    }
  learner.dispose();
  network.dispose();
  assert.equal(losses.length, steps.length);
  for (const [step, loss] of losses.entries()) assert.ok(Math.abs(loss - steps[step].loss) <= 1e-5);
});

test('parts are drawn once: a smaller training file is the beginning of a larger one', (context) => {
  const { parts } = study(context);
  assert.deepEqual([parts.train.length, parts.dev.length, parts.test.length], [32, 12, 16]);
  assert.deepEqual([...parts.bySize.keys()], [8, 40]);
  const [eight, all] = [...parts.bySize.values()].map((path) => readLabelledTexts(path));
  assert.deepEqual(eight, all.slice(0, 8));
  assert.deepEqual(
    parts.train.map(({ text }) => text),
    all.slice(0, 32).map(({ text }) => text),
  );
});

test('a student and a sparse model are trials too, with files of their own', async (context) => {
  const { trial, run, folder, parts } = study(context);
  const teacher = await runTrial({ ...trial, name: 'teacher', keep: true }, run);
  const student = join(folder, 'encoder');
  cutEncoder(tinyBertFolder, 1, student);
  const taught: Trial = {
    ...{ ...trial, name: 'student', encoder: student },
    distillation: { teacher: teacher.folder!, softWeight: 0.5, hardWeight: 0.5, temperature: 2 },
  };
  const first = await runTrial(taught, run);
  assert.ok(first.parameters < teacher.parameters && first.test.texts === 16);
  const warmer = await runTrial(
    { ...taught, distillation: { ...taught.distillation!, temperature: 8 } },
    run,
  );
  assert.notEqual(warmer.steps[0].loss, first.steps[0].loss);
  assert.equal(readdirSync(run.folder).length, 3);

  const sparse = await runTrial(
    { ...trial, name: 'half', encoder: teacher.folder!, sparsity: { method: 'magnitude', sparsity: 0.5 } },
    { ...run, rankedLabels: 1 },
  );
  assert.ok(Math.abs(sparse.sparse!.density.layers - 0.5) < 1e-3);
  assert.ok(
    sparse.test.answers.every(({ ranked, given }) => ranked.length === 1 && ranked[0].label === given[0]),
  );
  assert.equal(parts.test.length, sparse.test.answers.length);
  const both = { ...taught, name: 'both', sparsity: {} };
  await assert.rejects(runTrial(both, run), /has "distillation" and "sparsity"; make two trials of it/);
});

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createRandom, projectRoot } from '../../foundation';
import { download, free, livingTensors, Model, readSafetensors, tidy, upload } from '../../nn';
import { relativeError } from '../../nn/network.fixture';
import { tinyBertFolder } from '../../nn/tiny-bert.fixture';
import { DEFAULT_TRAINING, Learner, lossAndGradients, takeStep, train } from '../../training';
import {
  type ClassificationOptions,
  type ClassifiedExample,
  classificationLoss,
  classificationObjective,
  evaluateClassification,
} from './objective';

const fixture = JSON.parse(
  readFileSync(join(projectRoot, 'src', 'training', 'fixtures', 'classification.json'), 'utf8'),
) as {
  shape: number[];
  logits: number[];
  targets: Record<ClassificationOptions['outcome'], number[]>;
  cases: { options: ClassificationOptions; value: number; gradient: number[] }[];
  /** Networks in training; their weights after three steps stand in classification.safetensors. */
  runs: {
    network: string;
    options: ClassificationOptions;
    inputIds: number[][];
    targets: number[][];
    losses: number[];
  }[];
};

for (const { options, value, gradient } of fixture.cases) {
  const { outcome, labelSmoothing, classWeights } = options;
  test(`${outcome} outcome, smoothing ${labelSmoothing}, weights ${classWeights}: loss and gradient are PyTorch's`, () => {
    const [found, slopes] = tidy(() => {
      const logits = upload(Float32Array.from(fixture.logits), fixture.shape);
      const computed = classificationLoss(logits, Int32Array.from(fixture.targets[outcome]), options);
      return [download(computed.loss)[0], download(computed.gradient)] as const;
    });
    assert.ok(Math.abs(found - value) < 1e-5 * Math.max(1, value), `${found} instead of ${value}`);
    gradient.forEach((expected, index) => {
      assert.ok(Math.abs(slopes[index] - expected) < 1e-6, `${slopes[index]} instead of ${expected}`);
    });
    assert.equal(livingTensors(), 0);
  });
}

const networks = join(projectRoot, 'src', 'nn', 'fixtures', 'networks');
const trained = readSafetensors(
  join(projectRoot, 'src', 'training', 'fixtures', 'classification.safetensors'),
);

for (const { network, options: own, inputIds, targets, losses } of fixture.runs) {
  test(`${network}: three steps of AdamW on a padded batch lead to the losses and weights of PyTorch`, () => {
    const model = Model.load(join(networks, network));
    const learner = new Learner(classificationObjective(model, own, tinyBertFolder), {
      weightDecay: 0.1,
      layerDecay: 1,
      averaging: 0,
    });
    const batch = inputIds.map((ids, row) => ({
      inputIds: Int32Array.from(ids),
      targets: Int32Array.from(targets[row]),
    }));
    const once = { seed: 1, accumulation: 1, clipNorm: Number.POSITIVE_INFINITY };
    losses.forEach((expected, step) => {
      const { loss } = takeStep(learner, [batch], once, {
        step,
        where: '',
        learningRate: 1e-2,
        precision: 'float32',
      });
      assert.ok(Math.abs(loss - expected) < 1e-5, `step ${step}: ${loss} instead of ${expected}`);
    });
    for (const [name, { data }] of model.parameters.snapshot()) {
      // A key's bias cannot move the softmax: its gradient is rounding noise, which Adam turns into steps of any sign.
      if (/(key|k_lin)\.bias$/.test(name)) continue;
      const error = relativeError(data, trained.get(`${network}/${name}`)!.data, 0);
      assert.ok(error < 1e-4, `${name}: ${error}`);
    }
    learner.dispose();
    model.dispose();
    assert.equal(livingTensors(), 0);
  });
}

const one: ClassificationOptions = { outcome: 'one', labelSmoothing: 0, classWeights: null };
const several: ClassificationOptions = { ...one, outcome: 'several' };

/** A small network with a fresh head. */
function fresh(network: string, kind: 'sequence' | 'tokens', labels: string[]): Model {
  const model = Model.fromEncoder(join(networks, network), { kind, labels }, 1);
  Object.assign(model.encoder, { hiddenDropout: 0.1, attentionDropout: 0.1, sequenceDropout: 0.1 });
  return model;
}

/** Sequences of noise in which every other token is 40 or 41, which says what they are. */
function sequences(
  count: number,
  targetsOf: (told: number, inputIds: Int32Array) => number[],
): ClassifiedExample[] {
  const random = createRandom(5);
  return Array.from({ length: count }, (_, row) => {
    const told = row % 2;
    const words = Array.from({ length: 4 + (row % 4) }, (_, place) =>
      place % 2 === 0 ? 40 + told : 5 + random.below(30),
    );
    const inputIds = Int32Array.of(2, ...words, 3);
    return { inputIds, targets: Int32Array.from(targetsOf(told, inputIds)) };
  });
}

const cases: [string, 'sequence' | 'tokens', ClassificationOptions, ClassifiedExample[]][] = [
  ['bert-sequence', 'sequence', one, sequences(48, (told) => [told])],
  ['electra-sequence', 'sequence', several, sequences(48, (told) => [1, told, 1 - told])],
  [
    'distilbert-tokens',
    'tokens',
    one,
    sequences(48, (_, ids) => [...ids].map((id) => (id < 5 ? -1 : id >= 40 ? 1 : 0))),
  ],
];

/** What Python's pipeline is told of the outcome; of tokens it always takes the softmax. */
const PROBLEMS = {
  one: 'single_label_classification',
  several: 'multi_label_classification',
  tokens: undefined,
};

function folderOf(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-classification-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

const options = { ...DEFAULT_TRAINING, epochs: 30, batchSize: 8, learningRate: 1e-2, checkpointMinutes: 0 };

for (const [network, kind, own, examples] of cases) {
  const start = () => fresh(network, kind, ['a', 'b', 'c']);
  const taskOf = (model: Model) => classificationObjective(model, own, tinyBertFolder);

  test(`${network}: ${own.outcome} outcome of labels is learned`, async (context) => {
    const model = start();
    const before = await evaluateClassification(model, examples, own);
    const folder = folderOf(context);
    await train({
      task: taskOf(model),
      examples,
      options,
      folder,
      evaluate: () => evaluateClassification(model, examples, own),
    });
    const after = await evaluateClassification(model, examples, own);
    assert.ok(after.accuracy > 0.95 && after.macroF1 > 0.9, JSON.stringify({ before, after }));
    assert.ok(after.loss < before.loss);
    const saved = Model.load(folder);
    assert.deepEqual(saved.head, { kind, labels: ['a', 'b', 'c'] });
    const { problem_type: problem } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    assert.equal(problem, PROBLEMS[kind === 'tokens' ? 'tokens' : own.outcome]);
    assert.deepEqual(await evaluateClassification(saved, examples, own), after);
    saved.dispose();
    model.dispose();
  });

  test(`${network}: interrupted and resumed, ${own.outcome} outcome ends with the same weights`, async (context) => {
    const run = async (folder: string, stopAfter: number, resume: boolean) => {
      const model = start();
      const interrupt = new AbortController();
      await train({
        task: taskOf(model),
        examples,
        options: { ...options, epochs: 2 },
        folder,
        resume,
        signal: interrupt.signal,
        progress: { update: (done) => void (done === stopAfter && interrupt.abort()), end() {} },
        evaluate: async () => ({ loss: 0, score: 0 }),
      });
      const weights = model.parameters.snapshot();
      model.dispose();
      return weights;
    };
    const whole = await run(folderOf(context), -1, false);
    const folder = folderOf(context);
    await run(folder, 7, false);
    assert.deepEqual(await run(folder, -1, true), whole);
  });

  test(`${network}: two processes take the steps of one, but for rounding`, async (context) => {
    const run = async (replicas: number) => {
      const model = start();
      Object.assign(model.encoder, { hiddenDropout: 0, attentionDropout: 0, sequenceDropout: 0 });
      await train({
        task: taskOf(model),
        examples,
        options: { ...options, epochs: 1 },
        folder: folderOf(context),
        replicas,
        precision: 'float32',
        evaluate: async () => ({ loss: 0, score: 0 }),
      });
      const { loss, gradients } = lossAndGradients(taskOf(model), { examples, share: 1, draw: 0 }, 1);
      free(...gradients.values());
      model.dispose();
      return loss;
    };
    const [alone, shared] = [await run(1), await run(2)];
    assert.ok(Math.abs(alone - shared) < 1e-3 * alone, `${alone} and ${shared}`);
  });
}

test('a network that always says the same is scored as counted by hand', async () => {
  const model = fresh('bert-sequence', 'sequence', ['a', 'b', 'c']);
  const tensors = model.parameters.snapshot();
  tensors.get('classifier.weight')!.data.fill(0);
  tensors.get('classifier.bias')!.data.set([1, 0, 0]);
  model.parameters.restore(tensors);
  // 36 are a and 12 are b; every answer is a: its precision is 3/4, its recall 1. Label c neither occurs nor is given.
  const examples = sequences(48, () => [0]).map((own, row) => ({
    ...own,
    targets: Int32Array.of(row % 4 ? 0 : 1),
  }));
  const { accuracy, macroF1, score, loss } = await evaluateClassification(model, examples, one);
  assert.equal(accuracy, 0.75);
  assert.ok(Math.abs(macroF1 - (6 / 7 + 0) / 2) < 1e-12);
  assert.equal(score, macroF1);
  const ofA = Math.log(Math.E + 2) - 1;
  assert.ok(Math.abs(loss - (0.75 * ofA + 0.25 * (ofA + 1))) < 1e-6);
  model.dispose();
});

test('with several labels of which none is known a batch teaches nothing', () => {
  const model = fresh('bert-sequence', 'sequence', ['a', 'b', 'c']);
  const examples = sequences(2, () => [-1, -1, -1]);
  const { loss, gradients } = lossAndGradients(
    classificationObjective(model, several, ''),
    { examples, share: 1, draw: 0 },
    1,
  );
  assert.equal(loss, 0);
  for (const gradient of gradients.values()) assert.ok(download(gradient).every((slope) => slope === 0));
  free(...gradients.values());
  model.dispose();
});

test('what does not fit is refused in one sentence', async () => {
  const model = fresh('bert-sequence', 'sequence', ['a', 'b', 'c']);
  const tokens = fresh('bert-tokens', 'tokens', ['a', 'b', 'c']);
  const words = Model.load(join(networks, 'bert-vocabulary'));
  const judge = (own: Model, examples: ClassifiedExample[], chosen = one) =>
    evaluateClassification(own, examples, chosen);
  await assert.rejects(
    judge(
      model,
      sequences(1, () => [3]),
    ),
    /target 3, which is outside the 3 labels/,
  );
  await assert.rejects(
    judge(
      model,
      sequences(1, () => [0, 2, 1]),
      several,
    ),
    /target 2, which is outside the choice of 0 and 1/,
  );
  await assert.rejects(
    judge(
      model,
      sequences(1, () => [0, 1]),
    ),
    /2 targets in place of 1/,
  );
  await assert.rejects(judge(model, []), /no example to judge/);
  assert.throws(() => classificationObjective(tokens, several, ''), /choose the outcome "one"/);
  assert.throws(() => classificationObjective(words, one, ''), /head that guesses words/);
  assert.throws(
    () => classificationObjective(model, { ...one, classWeights: [1, 2] }, ''),
    /2 class weights do not fit 3 labels/,
  );
  const refused = (changed: Partial<ClassificationOptions>) => () =>
    classificationObjective(model, { ...one, ...changed }, '');
  assert.throws(refused({ classWeights: [0, 0, 0] }), /each must be a number above 0/);
  assert.throws(refused({ labelSmoothing: 1 }), /label smoothing of 1 is no share/);
  const nameless = new Model(model.encoder, { kind: 'sequence', labels: [] }, new Map());
  assert.throws(() => classificationObjective(nameless, one, ''), /give at least one, each once/);
  for (const own of [model, tokens, words]) own.dispose();
});

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createRandom, projectRoot } from '../../foundation';
import {
  download,
  free,
  type LabelNetwork,
  type LabelOutcome,
  livingTensors,
  readSafetensors,
  SequenceClassifier,
  setDropout,
  TokenClassifier,
  tidy,
  upload,
} from '../../nn';
import { isKeyBias, relativeError } from '../../nn/network.fixture';
import { tinyBertFolder } from '../../nn/tiny-bert.fixture';
import { DEFAULT_TRAINING, Learner, lossAndGradients, takeStep, train } from '../../training';
import type { Objective } from '../objective';
import type { Example } from '../tagging/examples';
import { taggingObjective } from '../tagging/task';
import { scoreTexts } from './evaluate';
import type { ClassifiedText } from './examples';
import { classificationLoss } from './loss';
import { classificationObjective } from './task';

interface FixtureOptions {
  outcome: LabelOutcome;
  labelSmoothing: number;
  classWeights: number[] | null;
}

const fixture = JSON.parse(
  readFileSync(join(projectRoot, 'src', 'training', 'fixtures', 'classification.json'), 'utf8'),
) as {
  shape: number[];
  logits: number[];
  targets: Record<LabelOutcome, number[]>;
  cases: { options: FixtureOptions; value: number; gradient: number[] }[];
  /** Training networks; their weights after three steps are in classification.safetensors. */
  runs: {
    network: string;
    options: FixtureOptions;
    inputIds: number[][];
    targets: number[][];
    losses: number[];
  }[];
};

for (const { options, value, gradient } of fixture.cases) {
  const { outcome, labelSmoothing, classWeights } = options;
  test(`${outcome} outcome, smoothing ${labelSmoothing}, weights ${classWeights}: loss and gradient equal PyTorch's`, () => {
    const [rows, labels] = fixture.shape;
    const width = outcome === 'one' ? 1 : labels;
    const examples = Array.from({ length: rows }, (_, row) => ({
      targets: Int32Array.from(fixture.targets[outcome].slice(row * width, (row + 1) * width)),
    }));
    const weights = classWeights ?? new Array<number>(labels).fill(1);
    const [found, slopes] = tidy(() => {
      const logits = upload(Float32Array.from(fixture.logits), fixture.shape);
      const computed = classificationLoss(logits, examples, { outcome, labelSmoothing, weights });
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

/** Builds a learner for a fixture's run, with its batch; for tokens, a tagger with exclusive tags. */
function learnerOf({ network, options, inputIds, targets }: (typeof fixture.runs)[number]) {
  const folder = join(networks, network);
  const { labelSmoothing, classWeights } = options;
  const byName = (classWeights ?? []).map((weight, index) => [`LABEL_${index}`, weight]);
  const loss = { ...DEFAULT_TRAINING, labelSmoothing, classWeights: Object.fromEntries(byName) };
  const rates = { weightDecay: 0.1, layerDecay: 1, averaging: 0 };
  const once = { seed: 1, accumulation: 1, clipNorm: Number.POSITIVE_INFINITY };
  const stepOf = (step: number) => ({ step, where: '', learningRate: 1e-2, precision: 'float32' as const });
  const ids = inputIds.map((row) => Int32Array.from(row));
  if (network.endsWith('tokens')) {
    const model = TokenClassifier.load(folder);
    const learner = new Learner<Example>(taggingObjective(model, loss), rates);
    const batch = ids.map((own, row) => exclusiveExample(own, targets[row], 3));
    return { model, learner, take: (step: number) => takeStep(learner, [batch], once, stepOf(step)) };
  }
  const plain = SequenceClassifier.load(folder);
  const model = new SequenceClassifier(
    { ...plain.configuration, outcome: options.outcome },
    folder,
    plain.parameters.snapshot(),
  );
  plain.dispose();
  const learner = new Learner<ClassifiedText>(classificationObjective(model, loss), rates);
  const batch = ids.map((own, row) => ({ inputIds: own, targets: Int32Array.from(targets[row]) }));
  return { model, learner, take: (step: number) => takeStep(learner, [batch], once, stepOf(step)) };
}

function exclusiveExample(inputIds: Int32Array, targets: readonly number[], outputs: number): Example {
  const place = (_: unknown, index: number) => targets[Math.floor(index / outputs)];
  return {
    inputIds,
    known: Uint8Array.from({ length: inputIds.length * outputs }, (_, index) =>
      place(_, index) < 0 ? 0 : 1,
    ),
    labels: Uint8Array.from({ length: inputIds.length * outputs }, (_, index) =>
      place(_, index) === index % outputs ? 1 : 0,
    ),
  };
}

for (const run of fixture.runs) {
  test(`${run.network}: three steps of AdamW on a padded batch give the losses and weights of PyTorch`, () => {
    const { model, learner, take } = learnerOf(run);
    run.losses.forEach((expected, step) => {
      const { loss } = take(step);
      assert.ok(Math.abs(loss - expected) < 1e-5, `step ${step}: ${loss} instead of ${expected}`);
    });
    for (const [name, { data }] of model.parameters.snapshot()) {
      if (isKeyBias(name)) continue;
      const error = relativeError(data, trained.get(`${run.network}/${name}`)!.data, 0);
      assert.ok(error < 1e-4, `${name}: ${error}`);
    }
    learner.dispose();
    model.dispose();
    assert.equal(livingTensors(), 0);
  });
}

/** Random sequences in which every other token is 40 or 41, which determines the label. */
function sequences(): { inputIds: Int32Array; told: number }[] {
  const random = createRandom(5);
  return Array.from({ length: 48 }, (_, row) => {
    const told = row % 2;
    const words = Array.from({ length: 4 + (row % 4) }, (_, place) =>
      place % 2 === 0 ? 40 + told : 5 + random.below(30),
    );
    return { inputIds: Int32Array.of(2, ...words, 3), told };
  });
}

const LABELS = ['a', 'b', 'c'];

interface Case<Own extends { inputIds: Int32Array }> {
  name: string;
  start(): LabelNetwork;
  objective(model: LabelNetwork): Objective<Own>;
  examples: Own[];
}

const shape = { labels: LABELS, maximumLength: 16, threshold: 0.5 };

function textCase(network: string, outcome: LabelOutcome): Case<ClassifiedText> {
  return {
    name: `${network}, ${outcome}`,
    start: () => {
      const drawn = SequenceClassifier.fromEncoder(join(networks, network), { ...shape, outcome }, 1);
      const model = new SequenceClassifier(drawn.configuration, tinyBertFolder, drawn.parameters.snapshot());
      drawn.dispose();
      return model;
    },
    objective: (model) => classificationObjective(model as SequenceClassifier, DEFAULT_TRAINING),
    examples: sequences().map(({ inputIds, told }) => ({
      inputIds,
      targets: Int32Array.from(outcome === 'one' ? [told] : [1, told, 1 - told]),
    })),
  };
}

const tokenCase: Case<Example> = {
  name: 'distilbert-tokens',
  start: () => {
    const tagSet = { scheme: 'exclusive', tags: LABELS } as const;
    const drawn = TokenClassifier.fromEncoder(
      join(networks, 'distilbert-tokens'),
      { ...shape, ...tagSet },
      1,
    );
    const model = new TokenClassifier(drawn.configuration, tinyBertFolder, drawn.parameters.snapshot());
    drawn.dispose();
    return model;
  },
  objective: (model) => taggingObjective(model as TokenClassifier, DEFAULT_TRAINING),
  examples: sequences().map(({ inputIds }) =>
    exclusiveExample(
      inputIds,
      [...inputIds].map((id) => (id < 5 ? -1 : id >= 40 ? 1 : 0)),
      3,
    ),
  ),
};

const options = { ...DEFAULT_TRAINING, epochs: 30, batchSize: 8, learningRate: 1e-2, checkpointMinutes: 0 };

function folderOf(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-classification-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Fraction of correct answers: of texts or tokens, or with several outcomes of single decisions. */
async function accuracy(
  model: LabelNetwork,
  examples: readonly (ClassifiedText | Example)[],
): Promise<number> {
  const logits = await model.score(examples);
  let [right, asked] = [0, 0];
  examples.forEach((example, index) => {
    if ('targets' in example && example.targets.length > 1) {
      example.targets.forEach((target, label) => {
        asked++;
        if ((logits[index][label] > 0 ? 1 : 0) === target) right++;
      });
      return;
    }
    for (let row = 0; row * LABELS.length < logits[index].length; row++) {
      const own = logits[index].subarray(row * LABELS.length, (row + 1) * LABELS.length);
      const wanted =
        'targets' in example
          ? example.targets[0]
          : example.labels.subarray(row * LABELS.length, (row + 1) * LABELS.length).indexOf(1);
      if (wanted < 0) continue;
      asked++;
      if (own.indexOf(Math.max(...own)) === wanted) right++;
    }
  });
  return right / asked;
}

function testCase<Own extends ClassifiedText | Example>({
  name,
  start,
  objective,
  examples,
}: Case<Own>): void {
  const begin = (dropout = 0.1) => {
    const model = start();
    setDropout(model.configuration.encoder, dropout);
    return model;
  };

  test(`${name}: labels are learned, and the saved folder contains the same network`, async (context) => {
    const model = begin();
    const folder = folderOf(context);
    await train({
      task: objective(model),
      examples,
      options,
      folder,
      evaluate: async () => ({ loss: 0, score: await accuracy(model, examples) }),
    });
    const after = await accuracy(model, examples);
    assert.ok(after > 0.95, `${after}`);
    const saved =
      model instanceof TokenClassifier ? TokenClassifier.load(folder) : SequenceClassifier.load(folder);
    assert.deepEqual(saved.configuration, model.configuration);
    assert.equal(await accuracy(saved, examples), after);
    const { problem_type: problem } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    const expected = { one: 'single_label_classification', several: 'multi_label_classification' };
    assert.equal(
      problem,
      model instanceof SequenceClassifier ? expected[model.configuration.outcome] : undefined,
    );
    saved.dispose();
    model.dispose();
  });

  test(`${name}: an interrupted and resumed training ends with the same weights`, async (context) => {
    const run = async (folder: string, stopAfter: number, resume: boolean) => {
      const model = begin();
      const interrupt = new AbortController();
      await train({
        task: objective(model),
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

  test(`${name}: two processes take the same steps as one, up to rounding`, async (context) => {
    const run = async (replicas: number) => {
      const model = begin(0);
      await train({
        task: objective(model),
        examples,
        options: { ...options, epochs: 1 },
        folder: folderOf(context),
        replicas,
        precision: 'float32',
        evaluate: async () => ({ loss: 0, score: 0 }),
      });
      const { loss, gradients } = lossAndGradients(objective(model), { examples, share: 1, draw: 0 }, 1);
      free(...gradients.values());
      model.dispose();
      return loss;
    };
    const [alone, shared] = [await run(1), await run(2)];
    assert.ok(Math.abs(alone - shared) < 1e-3 * alone, `${alone} and ${shared}`);
  });
}

testCase(textCase('bert-sequence', 'one'));
testCase(textCase('electra-sequence', 'several'));
testCase(tokenCase);

test('texts are scored by label; an unknown label is counted and never correct', () => {
  const plain = SequenceClassifier.load(join(networks, 'bert-sequence'));
  const { encoder } = plain.configuration;
  plain.dispose();
  const configuration = { ...shape, encoder, outcome: 'one' as const };
  const text = (label: string) => ({ text: 'x', labels: [label], several: false });
  const says = (label: number) => Float32Array.from(LABELS, (_, index) => (index === label ? 5 : 0));
  const report = scoreTexts(
    [text('a'), text('a'), text('b'), text('d')],
    [says(0), says(1), says(1), says(2)],
    configuration,
  );
  assert.equal(report.accuracy, 0.5);
  assert.deepEqual(report.unknown, { d: 1 });
  assert.deepEqual(report.confusion, [
    [1, 1, 0],
    [0, 1, 0],
    [0, 0, 0],
  ]);
  const { a, b, c } = report.labels;
  assert.deepEqual([a.precision, a.recall, a.support], [1, 0.5, 2]);
  assert.deepEqual([b.precision, b.recall, c.f1], [0.5, 1, 0]);
  // The unknown label "d" counts as 0, as in scikit-learn.
  assert.ok(Math.abs(report.macroF1 - (2 / 3 + 2 / 3 + 0 + 0) / 4) < 1e-9);
  const sum = report.answers[0].ranked.reduce((rest, { score }) => rest + score, 0);
  assert.ok(report.answers[0].ranked[0].label === 'a' && Math.abs(sum - 1) < 1e-9);
});

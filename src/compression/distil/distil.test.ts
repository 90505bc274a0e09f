import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { InputError, type Sentence, silentProgress, writeSentences } from '../../foundation';
import {
  download,
  free,
  livingTensors,
  padBatch,
  readSafetensors,
  Tape,
  TokenClassifier,
  tidy,
  writeSafetensors,
} from '../../nn';
import { copyTinyBert, largestDifference, tinyBertFolder } from '../../nn/tiny-bert.fixture';
import { type Example, taggingTask } from '../../tasks';
import { lossAndGradients } from '../../training/step';
import { distil } from './distil';
import { projections } from './layers';
import { distillationObjective, type Lesson, type Taught } from './objective';
import { DEFAULT_DISTILLATION, type DistillationOptions, readDistillationConfiguration } from './options';
import { createStudent, planStudent, spreadLayers } from './student';
import { teacherLogits } from './teacher-logits';

const weights = { temperature: 2, softWeight: 1, hardWeight: 0.5, hiddenWeight: 0.7, relationWeight: 0.3 };
const lesson: Lesson = {
  loss: 'cross_entropy',
  focalGamma: 2,
  labelSmoothing: 0,
  classWeights: {},
  distillation: weights,
  relationHeads: 2,
  pairs: [{ student: 0, teacher: 1 }],
  teacher: tinyBertFolder,
};
const plan = (options: Partial<DistillationOptions>) => {
  const teacher = TokenClassifier.load(tinyBertFolder);
  const { encoder } = teacher.configuration;
  teacher.dispose();
  return planStudent(encoder, { ...DEFAULT_DISTILLATION, ...options }, 'its teacher', 'config.json');
};

test('layers are spread evenly from the first to the last', () => {
  assert.deepEqual(spreadLayers(6, 3), [0, 2, 5]);
  assert.deepEqual(spreadLayers(6, 6), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(spreadLayers(12, 1), [0]);
});

test('a student with the shape of its teacher gives the same logits', async () => {
  const teacher = TokenClassifier.load(tinyBertFolder);
  const student = createStudent(taggingTask, teacher, plan({ layers: 2 }), 64, 1);
  const windows = [{ inputIds: Int32Array.of(2, 30, 31, 32, 3) }];
  const [[one], [other]] = [await teacher.score(windows), await student.score(windows)];
  assert.ok(largestDifference(one, other) < 1e-6);
  teacher.dispose();
  student.dispose();
});

test('the listed layers are copied; a narrower student keeps most of the norm of the embeddings', () => {
  const teacher = TokenClassifier.load(tinyBertFolder);
  const stored = teacher.parameters.snapshot();
  const last = createStudent(taggingTask, teacher, plan({ layers: [1] }), 64, 1);
  const name = (layer: number) => `bert.encoder.layer.${layer}.attention.self.query.weight`;
  assert.deepEqual(last.parameters.snapshot().get(name(0)), stored.get(name(1)));

  const words = 'bert.embeddings.word_embeddings.weight';
  const squares = (data: Float32Array) => data.reduce((sum, value) => sum + value * value, 0);
  const lengthAt = (hiddenSize: number) => {
    const student = createStudent(
      taggingTask,
      teacher,
      plan({ layers: 1, hiddenSize, attentionHeads: 2 }),
      64,
      1,
    );
    const { shape, data } = student.parameters.snapshot().get(words)!;
    assert.deepEqual(shape, [stored.get(words)!.shape[0], hiddenSize]);
    student.dispose();
    return squares(data);
  };
  const whole = squares(stored.get(words)!.data);
  // Principal directions hold a larger share of the norm than their share of the dimensions.
  assert.ok(lengthAt(8) > 0.5 * whole && lengthAt(8) < whole);
  assert.ok(lengthAt(8) < lengthAt(14) && lengthAt(14) < whole);
  last.dispose();
  teacher.dispose();
});

/** Two windows, one of them unlabelled. */
async function taughtExamples(teacher: TokenClassifier): Promise<Taught<Example>[]> {
  const windows = [Int32Array.of(2, 20, 21, 22, 23, 24, 3), Int32Array.of(2, 30, 31, 32, 3)];
  const logits = await teacher.score(windows.map((inputIds) => ({ inputIds })));
  return windows.map((inputIds, index) => {
    const known = new Uint8Array(inputIds.length * 8);
    const labels = new Uint8Array(inputIds.length * 8);
    if (index === 0) {
      known.fill(1, 8, known.length - 8);
      labels[2 * 8 + 2] = 1;
      labels[3 * 8 + 3] = 1;
    }
    return { inputIds, known, labels, teacher: logits[index] };
  });
}

for (const hiddenSize of [16, 8]) {
  test(`student of width ${hiddenSize}: the gradient matches the loss, and the parts of a batch add up to it`, async () => {
    const teacher = TokenClassifier.load(tinyBertFolder);
    const examples = await taughtExamples(teacher);
    const living = livingTensors();
    const bare = createStudent(
      taggingTask,
      teacher,
      plan({ layers: 1, hiddenSize, attentionHeads: 2 }),
      64,
      1,
    );
    const { configuration, source } = bare;
    const extra = projections(configuration.encoder, teacher.configuration.encoder, lesson.pairs, 1);
    assert.equal(extra.size, hiddenSize === 16 ? 0 : 2);
    const student = new TokenClassifier(
      configuration,
      source,
      new Map([...bare.parameters.snapshot(), ...extra]),
    );
    bare.dispose();
    const task = distillationObjective(taggingTask, student, lesson, teacher);
    const at = (part: readonly Taught<Example>[], share = 1) =>
      lossAndGradients(task, { examples: part, share, draw: 0 }, 1);

    const whole = at(examples);
    const total = task.weight(examples);
    const parts = examples.map((one) => at([one], task.weight([one]) / total));
    const sum = parts.reduce((rest, { loss }) => rest + loss, 0);
    assert.ok(Math.abs(whole.loss - sum) < 1e-5, `${whole.loss} against ${sum}`);

    const slopes = new Map([...whole.gradients].map(([name, tensor]) => [name, download(tensor)]));
    free(...whole.gradients.values(), ...parts.flatMap(({ gradients }) => [...gradients.values()]));
    const before = student.parameters.snapshot();
    const squared = [...slopes.values()].reduce(
      (rest, slope) => rest + slope.reduce((s, v) => s + v * v, 0),
      0,
    );
    assert.ok([...slopes.values()].every((slope) => slope.some((value) => value !== 0)));
    const lossAlong = (length: number) => {
      student.parameters.restore(
        new Map(
          [...before].map(([name, { shape, data }]) => {
            const slope = slopes.get(name)!;
            return [name, { shape, data: data.map((value, index) => value + length * slope[index]) }];
          }),
        ),
      );
      const { loss, gradients } = at(examples);
      free(...gradients.values());
      return loss;
    };
    const length = 0.005 / Math.sqrt(squared);
    const found = (lossAlong(length) - lossAlong(-length)) / (2 * length);
    assert.ok(Math.abs(found / squared - 1) < 0.01, `${found} instead of ${squared}`);
    student.dispose();
    assert.equal(livingTensors(), living);
    teacher.dispose();
  });
}

test('a student that equals its teacher has a distillation loss of 0', async () => {
  const teacher = TokenClassifier.load(tinyBertFolder);
  const student = TokenClassifier.load(tinyBertFolder);
  const own = { ...lesson, distillation: { ...weights, hardWeight: 0 }, pairs: [{ student: 1, teacher: 1 }] };
  const task = distillationObjective(taggingTask, student, own, teacher);
  const part = { examples: await taughtExamples(teacher), share: 1, draw: 0 };
  const { loss, gradients } = lossAndGradients(task, part, 1);
  assert.ok(Math.abs(loss) < 1e-5, `${loss}`);
  free(...gradients.values());
  teacher.dispose();
  student.dispose();
});

const sentence = (text: string, annotated: Sentence['annotated'] = ['Cell']): Sentence => ({
  article: 'a',
  section: '',
  paragraph: 0,
  offset: 0,
  text,
  spans: annotated.includes('Cell') ? [{ start: 4, end: 10, label: 'Cell' }] : [],
  annotated,
});

/** Writes a configuration file and its data to a new folder. */
function prepare(t: TestContext, distillation: object = {}, more: object = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const cache = process.env.FALCONFRAMES_CACHE;
  process.env.FALCONFRAMES_CACHE = join(folder, 'cache');
  t.after(() => {
    if (cache === undefined) delete process.env.FALCONFRAMES_CACHE;
    else process.env.FALCONFRAMES_CACHE = cache;
  });
  const train = ['the b-cell grows', 'two t-cell die', 'the neuron fires'].map((text) => sentence(text));
  writeSentences(join(folder, 'train.jsonl'), train);
  writeSentences(join(folder, 'dev.jsonl'), [sentence('the t-cell grows')]);
  writeFileSync(join(folder, 'text.txt'), 'A cell lives. It dies.\n\nOrgans are made of cells.\n');
  const config = join(folder, 'config.json');
  const training = { train: ['train.jsonl'], dev: ['dev.jsonl'], epochs: 2, batchSize: 2, maximumLength: 32 };
  writeFileSync(config, JSON.stringify({ ...training, ...more, distillation }));
  return { folder, config, out: join(folder, 'out') };
}

test("cached teacher logits are used only if they match the windows' shapes", async (t) => {
  const cache = mkdtempSync(join(tmpdir(), 'falconframes-'));
  const { FALCONFRAMES_CACHE } = process.env;
  process.env.FALCONFRAMES_CACHE = cache;
  t.after(() => {
    if (FALCONFRAMES_CACHE === undefined) delete process.env.FALCONFRAMES_CACHE;
    else process.env.FALCONFRAMES_CACHE = FALCONFRAMES_CACHE;
    rmSync(cache, { recursive: true });
  });
  const teacher = TokenClassifier.load(tinyBertFolder);
  t.after(() => teacher.dispose());
  const windows = [{ inputIds: Int32Array.of(2, 30, 31, 3) }, { inputIds: Int32Array.of(2, 40, 3) }];
  const logits = () => teacherLogits(teacher, windows, 'tokens', silentProgress);
  const expected = await logits();
  const [name] = readdirSync(join(cache, 'teacher-logits'));
  const path = join(cache, 'teacher-logits', name);
  const outputs = expected[0].length / 4;
  const wrong = (shape: number[], fill: number) =>
    new Map([['logits', { shape, data: new Float32Array(shape[0] * shape[1]).fill(fill) }]]);
  for (const tensors of [new Map(), wrong([6, outputs], 0), wrong([7, outputs], Number.NaN)]) {
    writeSafetensors(path, tensors);
    assert.deepEqual(await logits(), expected);
  }
  writeFileSync(path, 'damaged');
  assert.deepEqual(await logits(), expected);
  writeSafetensors(path, wrong([7, outputs], 1));
  assert.equal((await logits())[1][0], 1); // A cache that matches is read.
});

test('a student learns from labelled and unlabelled text, is saved without projections, and is the same with replicas', async (t) => {
  const { folder, config, out } = prepare(t, {
    layers: 1,
    hiddenSize: 8,
    attentionHeads: 2,
    hiddenWeight: 1,
    relationWeight: 1,
    unlabelled: ['text.txt'],
  });
  const run = {
    teacher: tinyBertFolder,
    configuration: readDistillationConfiguration(config),
    place: config,
    precision: 'float32' as const,
  };
  const report = await distil({ ...run, folder: out, replicas: 1 });
  assert.ok(report.finished);
  assert.deepEqual([report.labelled, report.unlabelled], [3, 3]);
  assert.deepEqual(readdirSync(join(folder, 'cache', 'teacher-logits')).length, 1);
  const names = [...readSafetensors(join(out, 'model.safetensors')).keys()];
  assert.ok(names.length > 20 && !names.some((name) => name.startsWith('distillation')));
  assert.ok(!existsSync(join(out, 'checkpoint')));

  const student = TokenClassifier.load(out);
  const batch = padBatch([{ inputIds: Int32Array.of(2, 20, 21, 3) }]);
  const logits = tidy(() => download(student.logits(new Tape(false), student.parameters.read(), batch)));
  assert.ok(logits.length === 4 * 8 && logits.every(Number.isFinite));
  student.dispose();

  if (process.platform !== 'linux') return;
  const shared = await distil({ ...run, folder: join(folder, 'shared'), replicas: 2 });
  const lossesOf = ({ rows }: typeof report) => rows.map(({ loss }) => loss);
  assert.ok(largestDifference(lossesOf(report), lossesOf(shared)) < 1e-4);
});

test('a pruned copy of the teacher can be the student', async (t) => {
  const { config, out, folder } = prepare(t, { student: 'start' });
  const teacher = TokenClassifier.load(tinyBertFolder);
  const start = createStudent(taggingTask, teacher, plan({ layers: 1 }), 32, 1);
  start.save(join(folder, 'start'));
  for (const network of [teacher, start]) network.dispose();
  const configuration = readDistillationConfiguration(config);
  assert.equal(configuration.distillation.student, join(folder, 'start'));
  const { student } = await distil({ teacher: tinyBertFolder, configuration, place: config, folder: out });
  assert.equal(student.layers, 1);
  const { config: other } = prepare(t, { student: 'minilm-l6-h384-uncased' });
  assert.equal(readDistillationConfiguration(other).distillation.student, 'minilm-l6-h384-uncased');
});

test('invalid distillations are refused in one sentence, and nothing is written', async (t) => {
  const refuses = async (distillation: object, message: RegExp, more?: object, teacher = tinyBertFolder) => {
    const { config, out } = prepare(t, distillation, more);
    await assert.rejects(
      async () => {
        const configuration = readDistillationConfiguration(config);
        await distil({ teacher, configuration, place: config, folder: out });
      },
      (error: Error) => {
        assert.ok(error instanceof InputError, error.stack);
        assert.match(error.message, message);
        assert.ok(!error.message.includes('\n'));
        return true;
      },
    );
    assert.ok(!existsSync(out));
  };
  await refuses({ temperature: 0 }, /"temperature" must be a number from 0.1 to 100, found 0/);
  await refuses({ layers: 3 }, /3 layers is deeper than its teacher of 2/);
  await refuses({ layers: [0, 2] }, /names layer 2, but its teacher has 2/);
  await refuses({ layers: [1, 0] }, /must rise/);
  await refuses({ layers: 1, hiddenSize: 32 }, /hidden size 32 is wider than its teacher of 16/);
  await refuses({ layers: 1, attentionHeads: 3 }, /3 attention heads do not divide/);
  await refuses({ layers: 1, relationWeight: 1, relationHeads: 5 }, /5 relation heads do not divide/);
  await refuses({ softWeight: 0 }, /nothing is learned from the teacher/);
  await refuses({ softWeight: 0, hardWeight: 0, hiddenWeight: 1 }, /head learns nothing/);
  await refuses({ student: tinyBertFolder, layers: 1 }, /names a trained model.* leave "layers" out/);
  await refuses({ student: 'x', hiddenSize: 8 }, /leave "hiddenSize" out/);
  await refuses({ student: 'nowhere' }, /config.json, "student": there is no encoder "nowhere"; give one of/);
  await refuses({ layers: 1, unlabelled: ['nowhere.txt'] }, /nowhere.txt: cannot be read/);
  await refuses({ layers: 1 }, /"encoder" is determined by the folder/, { encoder: 'x' });
  await refuses({ layers: 1 }, /"threshold" is determined by the folder/, { threshold: 0.7 });
  await refuses({ layers: 1 }, /not a model folder/, {}, join(tmpdir(), 'no-such-model'));
  await refuses({ layers: 1 }, /exceeds the teacher's 64 positions/, { maximumLength: 100 });
  const own = copyTinyBert(t);
  const { config: file } = prepare(t, { layers: 1 });
  const configuration = readDistillationConfiguration(file);
  await assert.rejects(
    distil({ teacher: own, configuration, place: file, folder: own }),
    /the teacher's own folder/,
  );
  const { config: begun } = prepare(t, { student: own });
  await assert.rejects(
    distil({
      ...{ teacher: tinyBertFolder, configuration: readDistillationConfiguration(begun) },
      ...{ place: begun, folder: own },
    }),
    /the folder that the student starts from/,
  );
});

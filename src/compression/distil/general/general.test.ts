import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createRandom, InputError } from '../../../foundation';
import {
  download,
  Encoder,
  type EncoderConfiguration,
  encoderParameterShapes,
  free,
  freshTensors,
  livingTensors,
  padBatch,
  readSafetensors,
  Tape,
  type Tensor,
  tidy,
} from '../../../nn';
import { networkFixture } from '../../../nn/network.fixture';
import { tinyBertFolder } from '../../../nn/tiny-bert.fixture';
import { haveSameTokenizer } from '../../../tokenization';
import { lossAndGradients } from '../../../training';
import { projections } from '../layers';
import { distilEncoder } from './distil-encoder';
import { type GeneralLesson, generalObjective, hiddenVariance } from './objective';
import { completeGeneralDistillation, generalDistillationOfFile } from './schema';
import { startingTensors } from './start';

const random = createRandom(3);
const examples = [7, 12, 9].map((length) => ({
  inputIds: Int32Array.from({ length }, () => 5 + random.below(60)),
}));
const narrow = ({ configuration }: Encoder): EncoderConfiguration => ({
  ...configuration,
  type: 'electra',
  layers: 1,
  hiddenSize: 8,
  embeddingSize: 4,
  intermediateSize: 12,
  hiddenDropout: 0,
  attentionDropout: 0,
});

for (const weights of [
  { hiddenWeight: 0.7, relationWeight: 0.3 },
  { hiddenWeight: 0, relationWeight: 1 },
]) {
  test(`weights ${JSON.stringify(weights)}: the gradient matches the loss, and parts of a batch add up to it`, () => {
    const teacher = Encoder.load(tinyBertFolder);
    const shape = narrow(teacher);
    const pair = { student: 0, teacher: 1 };
    const lesson: GeneralLesson = { teacher: tinyBertFolder, pair, relationHeads: 2, ...weights };
    const extra = weights.hiddenWeight > 0 ? projections(shape, teacher.configuration, [pair], 1) : [];
    const tensors = new Map([...freshTensors(encoderParameterShapes(shape), 1), ...extra]);
    for (const { shape: own, data } of tensors.values())
      if (own.length > 1) for (let at = 0; at < data.length; at++) data[at] *= 10; // clear of rounding
    const student = new Encoder(shape, tensors);
    const task = generalObjective(student, lesson, teacher);
    const at = (part: typeof examples, share = 1) => {
      const { loss, gradients } = lossAndGradients(task, { examples: part, share, draw: 0 }, 1);
      const plain = new Map([...gradients].map(([name, one]) => [name, download(one)]));
      free(...gradients.values());
      return { loss, plain };
    };
    const whole = at(examples);
    const total = task.weight(examples);
    const parts = examples.map((one) => at([one], task.weight([one]) / total));
    assert.ok(Math.abs(parts.reduce((sum, { loss }) => sum + loss, 0) / whole.loss - 1) < 1e-4);

    const slopes = [...whole.plain.values()];
    const squared = slopes.reduce((sum, data) => sum + data.reduce((own, one) => own + one ** 2, 0), 0);
    const step = (1e-3 * whole.loss) / squared;
    const moved = student.parameters.snapshot();
    for (const [name, { data }] of moved)
      data.forEach((value, index) => {
        data[index] = value - step * whole.plain.get(name)![index];
      });
    student.parameters.restore(moved);
    const ratio = (whole.loss - at(examples).loss) / (step * squared);
    assert.ok(Math.abs(ratio - 1) < 0.05, `${ratio}`);
    student.dispose();
    teacher.dispose();
    assert.equal(livingTensors(), 0);
  });
}

test('a copy of the teacher has nothing to learn', () => {
  const [teacher, student] = [Encoder.load(tinyBertFolder), Encoder.load(tinyBertFolder)];
  const pair = { student: 1, teacher: 1 };
  const lesson = { teacher: tinyBertFolder, pair, relationHeads: 2, hiddenWeight: 1, relationWeight: 1 };
  const task = generalObjective(student, lesson, teacher);
  const { loss, gradients } = lossAndGradients(task, { examples, share: 1, draw: null }, 1);
  assert.ok(Math.abs(loss) < 1e-6, `${loss}`);
  free(...gradients.values());
  student.dispose();
  teacher.dispose();
});

test('the variance of hidden states counts tokens, not padding, and is that of the network', () => {
  const teacher = Encoder.load(tinyBertFolder);
  const padded = hiddenVariance(teacher, 1, examples);
  const states = examples.flatMap((one) =>
    tidy(() => {
      const tape = new Tape(false);
      const hidden = teacher.hiddenStates(tape, teacher.parameters.read(), padBatch([one]));
      const [data, width] = [download(hidden), hidden.shape[1]];
      return [...one.inputIds.keys()].map((row) => [...data.subarray(row * width, (row + 1) * width)]);
    }),
  );
  const variances = states[0].map((_, column) => {
    const values = states.map((row) => row[column]);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  });
  const expected = variances.reduce((sum, value) => sum + value, 0) / variances.length;
  assert.ok(Math.abs(padded / expected - 1) < 1e-4, `${padded} ${expected}`);
  teacher.dispose();
  assert.equal(livingTensors(), 0);
});

const words = (tensors: ReadonlyMap<string, Tensor>, prefix: string, table = 'word') =>
  tensors.get(`${prefix}.embeddings.${table}_embeddings.weight`)!;

test("a student starts with its teacher's embeddings, turned and cut to its width", () => {
  const teacher = Encoder.load(tinyBertFolder);
  const stored = teacher.parameters.snapshot();
  const product = ({ data, shape: [, width] }: Tensor, one: number, other: number) => {
    let sum = 0;
    for (let column = 0; column < width; column++)
      sum += data[one * width + column] * data[other * width + column];
    return sum;
  };
  const same = { ...narrow(teacher), embeddingSize: teacher.configuration.embeddingSize };
  const wide = words(startingTensors(same, teacher.configuration, stored, 1), 'electra');
  for (const [one, other] of [
    [7, 7],
    [7, 30],
  ])
    assert.ok(Math.abs(product(wide, one, other) - product(words(stored, 'bert'), one, other)) < 1e-4);
  const cut = startingTensors(narrow(teacher), teacher.configuration, stored, 1);
  assert.deepEqual(words(cut, 'electra').shape, [words(stored, 'bert').shape[0], 4]);
  assert.notDeepEqual(
    words(cut, 'electra'),
    words(freshTensors(encoderParameterShapes(narrow(teacher)), 1), 'electra'),
  );
  teacher.dispose();
});

test('position embeddings are those of the same place, wherever a table begins', () => {
  const teacher = Encoder.load(networkFixture('mpnet-tokens').folder);
  const stored = teacher.parameters.snapshot();
  const { embeddingSize, maximumPositions } = teacher.configuration;
  const shape = { ...narrow(teacher), embeddingSize, tokenTypes: 2, maximumPositions: maximumPositions + 3 };
  const own = words(startingTensors(shape, teacher.configuration, stored, 1), 'electra', 'position');
  const theirs = words(stored, 'mpnet', 'position');
  const squaredLength = (data: Float32Array) => data.reduce((sum, value) => sum + value ** 2, 0);
  const row = ({ data }: Tensor, index: number) =>
    data.subarray(index * embeddingSize, (index + 1) * embeddingSize);
  for (const position of [0, maximumPositions - 1])
    assert.ok(Math.abs(squaredLength(row(own, position)) - squaredLength(row(theirs, position + 2))) < 1e-4);
  teacher.dispose();
});

function prepare(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'general-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const at = (name: string) => join(folder, name);
  const choose = createRandom(5);
  const some = [
    'The mutation',
    'of the gene',
    'in the cell line',
    'was found',
    'in the liver',
    'and the kidney',
  ];
  const lines = Array.from({ length: 120 }, () => choose.shuffle(some).slice(0, 3).join(' '));
  writeFileSync(at('text.txt'), `${lines.join('\n')}\n`);
  const value = {
    text: [at('text.txt')],
    fresh: { layers: 1, hiddenSize: 8, attentionHeads: 2, maximumPositions: 64 },
    distillation: { teacher: tinyBertFolder },
    epochs: 4,
    batchSize: 8,
    learningRate: 1e-2,
  };
  const run = { place: 'run.json', replicas: 1, precision: 'float32' as const };
  return { at, value, run };
}

test('an encoder comes closer to its teacher, and is saved without what only training needed', async (context) => {
  const { at, value, run } = prepare(context);
  const configuration = completeGeneralDistillation(value, 'run.json');
  const { rows } = await distilEncoder(configuration, { ...run, folder: at('out') });
  const losses = rows.flatMap((row) => (row.kind === 'evaluation' ? [row.loss] : []));
  assert.ok(losses[3] < 0.8 * (rows[0] as { loss: number }).loss, losses.join(' '));
  const student = Encoder.load(at('out'));
  assert.deepEqual(
    [...readSafetensors(join(at('out'), 'model.safetensors')).keys()].sort(),
    [...encoderParameterShapes(student.configuration).keys()].sort(),
  );
  student.dispose();
  assert.ok(haveSameTokenizer(at('out'), tinyBertFolder));
  assert.equal(livingTensors(), 0);
});

test('a distillation that was interrupted and resumed, or shared by two processes, takes the same steps', async (context) => {
  const { at, value, run } = prepare(context);
  const configuration = completeGeneralDistillation({ ...value, epochs: 2 }, 'run.json');
  const whole = await distilEncoder(configuration, { ...run, folder: at('whole') });
  const interrupt = new AbortController();
  const onRow = (rows: readonly unknown[]) => {
    if (rows.length === 20) interrupt.abort();
  };
  const part = { ...run, folder: at('part') };
  await distilEncoder(configuration, { ...part, signal: interrupt.signal, onRow });
  await distilEncoder(configuration, { ...part, resume: true });
  const weights = (name: string) => readFileSync(join(at(name), 'model.safetensors'));
  assert.deepEqual(weights('part'), weights('whole'));

  const still = completeGeneralDistillation(
    { ...value, epochs: 1, fresh: { ...value.fresh, dropout: 0 } },
    'run.json',
  );
  const one = await distilEncoder(still, { ...run, folder: at('one') });
  const two = await distilEncoder(still, { ...run, replicas: 2, folder: at('two') });
  one.rows.forEach(({ loss }, index) => {
    assert.ok(Math.abs(two.rows[index].loss / loss - 1) < 1e-3, `${index}: ${loss} ${two.rows[index].loss}`);
  });
  assert.equal(whole.rows.length, 2 * 15 + 2);
});

test('configurations that describe no distillation are rejected before anything is written', async (context) => {
  const { at, value, run } = prepare(context);
  const refused = (change: object, message: RegExp) =>
    assert.throws(() => completeGeneralDistillation({ ...value, ...change }, 'run.json'), {
      name: 'InputError',
      message,
    });
  refused({ fresh: undefined }, /run\.json: "fresh" is missing/);
  refused({ encoder: 'some' }, /"encoder" is "some", but the student is new/);
  refused({ distillation: {} }, /"distillation": "teacher" is missing/);
  const { distillation } = value;
  refused(
    { distillation: { ...distillation, hiddenWeight: 0, relationWeight: 0 } },
    /"relationWeight" and "hiddenWeight" are both 0/,
  );
  const fails = (change: object, message: RegExp) =>
    assert.rejects(
      distilEncoder(completeGeneralDistillation({ ...value, ...change }, 'run.json'), {
        ...run,
        folder: at('out'),
      }),
      (error) => error instanceof InputError && message.test(error.message),
    );
  await fails(
    { distillation: { ...distillation, teacherLayer: 2 } },
    /"teacherLayer" is 2, but the teacher has 2/,
  );
  await fails({ distillation: { ...distillation, relationHeads: 3 } }, /3 relation heads do not divide/);
  await fails({ text: [at('none.txt')] }, /none\.txt/);
  assert.equal(existsSync(at('out')), false);
  const inFile = { ...value, text: ['text.txt'], distillation: { teacher: 'text.txt' } };
  const read = generalDistillationOfFile(inFile, at('run.json'));
  assert.deepEqual([read.text, read.distillation.teacher], [[at('text.txt')], at('text.txt')]);
});

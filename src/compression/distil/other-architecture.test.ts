import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { InputError, type Sentence, silentProgress } from '../../foundation';
import { cellSentence } from '../../foundation/sentence.fixture';
import {
  free,
  readClassifierConfiguration,
  readConfiguration,
  readSafetensors,
  SequenceClassifier,
  TokenClassifier,
} from '../../nn';
import { networkFixture } from '../../nn/network.fixture';
import { largestDifference, tinyBertFolder } from '../../nn/tiny-bert.fixture';
import { type Example, prepareExamples, taggingTask } from '../../tasks';
import { joinWindows, Tokenizer } from '../../tokenization';
import { lossAndGradients } from '../../training/step';
import { type DistillationRun, distil } from './distil';
import { distillationObjective, type Lesson, type Taught } from './objective';
import { readDistillationConfiguration } from './options';
import { teach } from './teaching';
import { pretrainedEncoder, shiftedTinyBert } from './tokenizers.fixture';

const TEXTS = ['the b-cell grows', 'two t-cell die', 'the neuron fires'];
const WORDS = ['the', 'cell', 'neuron', 'grows'];

/** Returns a temporary folder, which also has the cache: every test of this file has its own. */
function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
  process.env.FALCONFRAMES_CACHE = join(folder, 'cache');
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const lesson: Lesson = {
  ...{ loss: 'cross_entropy', focalGamma: 2, labelSmoothing: 0, classWeights: {} },
  distillation: { temperature: 2, softWeight: 1, hardWeight: 0, hiddenWeight: 1, relationWeight: 1 },
  ...{ relationHeads: 2, pairs: [0, 1].map((layer) => ({ student: layer, teacher: layer })) },
  teacher: tinyBertFolder,
};

/** The teacher's predictions for the examples of sentences, the last of which needs several windows. */
async function taughtBy(t: TestContext, folder: string, compareLayers: boolean) {
  temporary(t);
  const [teacher, student] = [TokenClassifier.load(tinyBertFolder), TokenClassifier.load(folder)];
  t.after(() => {
    teacher.dispose();
    student.dispose();
  });
  student.configuration.maximumLength = 16;
  const sentences: Sentence[] = [...TEXTS, 'a neuron and the cell '.repeat(4)].map(cellSentence);
  const prepare = async (source: string) =>
    (await prepareExamples(sentences, new Tokenizer(source), student.configuration)).examples;
  const examples = await prepare(folder);
  const about = { items: sentences, compareLayers, place: 'config.json', progress: silentProgress };
  const { examples: taught, alignment } = await teach(taggingTask, teacher, student, examples, about);
  return {
    teacher,
    student,
    sentences,
    examples,
    taught,
    alignment: alignment!,
    ofTeacher: await prepare(tinyBertFolder),
  };
}

test('the same pieces under other ids have exactly the logits of the teacher, and its ids for its layers', async (t) => {
  const found = await taughtBy(t, shiftedTinyBert(t), true);
  const { teacher, student, examples, taught, alignment, ofTeacher } = found;
  const expected = await teacher.score(ofTeacher);
  assert.ok(examples.length > 6);
  assert.equal(alignment.same, alignment.tokens);
  taught.forEach((example, index) => {
    assert.notDeepEqual(example.inputIds, ofTeacher[index].inputIds);
    assert.deepEqual(example.labels, ofTeacher[index].labels);
    assert.deepEqual(example.teacher, expected[index]);
    assert.deepEqual(example.teacherIds, ofTeacher[index].inputIds);
    assert.equal(example.taught, undefined);
  });
  // The student computes the same as its teacher, so it has nothing to learn, in any layer.
  const objective = distillationObjective(taggingTask, student, lesson, teacher);
  const lossOf = (own: Taught<Example>[]) => {
    const { loss, gradients } = lossAndGradients(objective, { examples: own, share: 1, draw: 0 }, 1);
    free(...gradients.values());
    return loss;
  };
  assert.ok(Math.abs(lossOf(taught)) < 1e-4);
  assert.ok(lossOf(taught.map(({ teacherIds: _, ...own }) => own)) > 0.1);
});

test('in other pieces, tokens with the same characters have the logits of the text, the others some of their own', async (t) => {
  const source = pretrainedEncoder(t, 'distilbert', WORDS);
  const head = { ...readConfiguration(tinyBertFolder), maximumLength: 16 };
  const started = taggingTask.createLike(source, head, 1);
  const folder = join(temporary(t), 'started');
  started.save(folder);
  started.dispose();
  const found = await taughtBy(t, folder, false);
  const { teacher, sentences, taught: examples, alignment } = found;
  const theirs = await taggingTask.encode(sentences, new Tokenizer(tinyBertFolder), head);
  const own = await taggingTask.encode(sentences, new Tokenizer(folder), head);
  const rows = (logits: Float32Array, token: number) => [...logits.subarray(token * 8, (token + 1) * 8)];
  let [example, same, tokens] = [0, 0, 0];
  for (const [index, { encoded, windows }] of own.entries()) {
    const joined = joinWindows(theirs[index].windows, await teacher.score(theirs[index].windows), 8);
    const { starts, ends } = theirs[index].encoded;
    for (const { first, last, inputIds } of windows) {
      const { teacher: logits, taught, teacherIds } = examples[example++];
      assert.equal(teacherIds, undefined);
      // All tokens share characters with the teacher's; the special ones at the ends have no target.
      const wanted = inputIds.map((_, place) => (place > 0 && place < inputIds.length - 1 ? 1 : 0));
      assert.deepEqual([...(taught ?? wanted)], [...wanted]);
      for (let token = first; token < last; token++) {
        const row = rows(logits, 1 + token - first);
        const twin = starts.findIndex(
          (start, other) => start === encoded.starts[token] && ends[other] === encoded.ends[token],
        );
        if (twin >= 0) assert.ok(largestDifference(row, rows(joined, twin)) < 1e-5);
        else assert.ok(WORDS.some((word) => word.length === encoded.ends[token] - encoded.starts[token]));
        assert.ok(row.every(Number.isFinite) && row.some((value) => value !== 0));
      }
    }
    tokens += encoded.ids.length;
    encoded.starts.forEach((start, token) => {
      if (starts.some((other, place) => other === start && ends[place] === encoded.ends[token])) same++;
    });
  }
  assert.equal(example, examples.length);
  assert.deepEqual(alignment, { tokens, same, untaught: 0 });
  assert.ok(same > 0 && same < tokens);
});

/** Writes data and a configuration; returns a run of it. */
function runOf(t: TestContext, teacher: string, distillation: object, more: object = {}) {
  const folder = temporary(t);
  const lines = TEXTS.map((text) => JSON.stringify(cellSentence(text)));
  const write = (name: string, some: readonly string[]) => {
    writeFileSync(join(folder, name), `${some.join('\n')}\n`);
    return name;
  };
  const place = join(folder, 'config.json');
  const configuration = {
    ...{ train: [write('train.jsonl', lines)], dev: [write('dev.jsonl', lines.slice(0, 2))] },
    ...{ epochs: 20, batchSize: 2, learningRate: 0.01, maximumLength: 16, ...more },
    distillation: {
      hardWeight: 0.01,
      unlabelled: [write('text.txt', ['A neuron lives. The cell dies.', 'The cell 5'])],
      ...distillation,
    },
  };
  writeFileSync(place, JSON.stringify(configuration));
  const notices: string[] = [];
  const run: DistillationRun = {
    ...{ teacher, configuration: readDistillationConfiguration(place), place, folder: join(folder, 'out') },
    ...{ replicas: 1, precision: 'float32', onNotice: (notice) => notices.push(notice) },
  };
  return { folder, run, notices };
}

const lossesOf = ({ rows }: Awaited<ReturnType<typeof distil>>): number[] =>
  rows.flatMap((row) => (row.kind === 'step' ? [row.loss] : []));

function assertLearned(report: Awaited<ReturnType<typeof distil>>): void {
  const losses = lossesOf(report);
  const mean = (some: readonly number[]) => some.reduce((sum, loss) => sum + loss, 0) / some.length;
  const [before, after] = [mean(losses.slice(0, 3)), mean(losses.slice(-3))];
  assert.ok(after < 0.5 * before, `${before} -> ${after}`);
}

/** Saves a network as a teacher that is sure of its answers. */
function saved(t: TestContext, network: TokenClassifier | SequenceClassifier): string {
  const tensors = network.parameters.snapshot();
  const { shape, data } = tensors.get('classifier.weight')!;
  const largest = Math.max(...data.map(Math.abs));
  const sure = data.map((weight) => (2 * weight) / largest);
  network.parameters.restore(new Map([...tensors, ['classifier.weight', { shape, data: sure }]]));

  const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  network.save(folder);
  network.dispose();
  return folder;
}

test('a tagger teaches a pretrained encoder of another architecture, of which some layers may be left out', async (t) => {
  const views = { all: { Anything: ['Cell', 'Cell Line'] } };
  const head = readConfiguration(tinyBertFolder);
  const teacher = saved(t, TokenClassifier.load(tinyBertFolder));
  const config = JSON.parse(readFileSync(join(teacher, 'config.json'), 'utf8'));
  config.falconframes.views = views;
  writeFileSync(join(teacher, 'config.json'), JSON.stringify(config));
  const student = pretrainedEncoder(t, 'distilbert', WORDS);
  const { run, notices } = runOf(t, teacher, { student, layers: [1] });
  const report = await distil(run);
  assert.deepEqual([report.student.type, report.student.layers], ['distilbert', 1]);
  const { encoder, labels, scheme, views: kept } = readConfiguration(run.folder);
  assert.deepEqual([encoder.type, encoder.layers, encoder.hiddenSize], ['distilbert', 1, 8]);
  assert.deepEqual([labels, scheme, kept], [head.labels, head.scheme, views]);
  assert.deepEqual([report.labelled, report.unlabelled], [3, 3]);
  const { tokens, same, untaught } = report.alignment!;
  assert.ok(same > 0 && same < tokens && untaught === 0);
  assert.ok(notices.some((notice) => /% of the student's \d+ tokens have the same characters/.test(notice)));
  assertLearned(report);
  if (process.platform === 'linux') {
    const shared = await distil({ ...run, folder: `${run.folder}-shared`, replicas: 2 });
    const first = (one: typeof report) => lossesOf(one).slice(0, 6);
    assert.ok(largestDifference(first(report), first(shared)) < 1e-3);
  }

  // The second layer was kept: it starts from there.
  const from = readSafetensors(join(student, 'model.safetensors'));
  const to = readSafetensors(join(run.folder, 'model.safetensors'));
  const name = (layer: number) => `distilbert.transformer.layer.${layer}.ffn.lin1.weight`;
  const distance = (layer: number) => largestDifference(to.get(name(0))!.data, from.get(name(layer))!.data);
  assert.ok(distance(1) < distance(0));
  assert.ok(!to.has(name(1)));
});

test('an exclusive tagger teaches another architecture by words', async (t) => {
  for (const words of ['first', 'all', 'all-inside'] as const) {
    const options = {
      scheme: 'exclusive',
      words,
      labels: ['Cell'],
      maximumLength: 64,
      threshold: 0.5,
    } as const;
    const teacher = saved(t, TokenClassifier.fromEncoder(tinyBertFolder, options, 1));
    const student = pretrainedEncoder(t, 'electra', WORDS);
    const { run } = runOf(t, teacher, { student });
    const report = await distil(run);
    const { encoder, ...own } = readConfiguration(run.folder);
    assert.equal(encoder.type, 'electra');
    assert.deepEqual(own, { ...options, maximumLength: 16 });
    assert.equal(report.alignment!.untaught > 0, words === 'first');
    assertLearned(report);
  }
});

test('a classifier teaches another architecture: a text is one row, whatever its tokens', async (t) => {
  for (const outcome of ['one', 'several'] as const) {
    const options = { labels: ['a', 'b'], outcome, maximumLength: 64, threshold: 0.4 };
    const teacher = saved(t, SequenceClassifier.fromEncoder(tinyBertFolder, options, 1));
    const student = pretrainedEncoder(t, 'distilbert', WORDS);
    const { run, folder } = runOf(t, teacher, { student });
    for (const name of ['train', 'dev']) {
      const texts = TEXTS.map((text, index) => ({
        text,
        ...(outcome === 'one' ? { label: 'ab'[index % 2] } : { labels: ['ab'[index % 2]] }),
      }));
      writeFileSync(join(folder, `${name}.jsonl`), texts.map((text) => `${JSON.stringify(text)}\n`).join(''));
    }
    const report = await distil(run);
    const { encoder, ...own } = readClassifierConfiguration(run.folder);
    assert.equal(encoder.type, 'distilbert');
    assert.deepEqual(own, { ...options, maximumLength: 16 });
    assert.equal(report.alignment, undefined);
    assertLearned(report);
  }
});

test('layers are compared with a teacher that reads other ids, the same with replicas and after an interruption', async (t) => {
  const student = shiftedTinyBert(t);
  // Equal to its teacher, it has only the labels to learn from.
  const layers = { hiddenWeight: 1, relationWeight: 1, matching: 'all', hardWeight: 1, unlabelled: [] };
  const { run, folder, notices } = runOf(
    t,
    tinyBertFolder,
    { student, ...layers },
    { epochs: 2, learningRate: 1e-3 },
  );
  const report = await distil(run);
  assert.ok(notices.some((notice) => /^100.0 % of/.test(notice)));
  assert.ok(notices.some((notice) => /so it is not smaller/.test(notice)));
  const weights = (of: string) => readFileSync(join(of, 'model.safetensors'));

  const interrupted = { ...run, folder: join(folder, 'interrupted'), resume: true };
  let steps = 0;
  const stop = new AbortController();
  const onRow = () => (++steps === 2 ? stop.abort() : undefined);
  assert.equal((await distil({ ...interrupted, signal: stop.signal, onRow })).finished, false);
  assert.equal((await distil(interrupted)).finished, true);
  assert.deepEqual(weights(interrupted.folder), weights(run.folder));

  // A student in the teacher's tokens finds the logits in the cache.
  const { run: own } = runOf(t, tinyBertFolder, { layers: 1, unlabelled: [] }, { epochs: 1 });
  process.env.FALCONFRAMES_CACHE = join(folder, 'cache');
  await distil(own);
  assert.equal(readdirSync(join(folder, 'cache', 'teacher-logits')).length, 1);
  if (process.platform !== 'linux') return;
  const shared = await distil({ ...run, folder: join(folder, 'shared'), replicas: 2 });
  assert.ok(largestDifference(lossesOf(report), lossesOf(shared)) < 1e-4);
});

test('students that a teacher cannot teach are refused in one sentence, before anything is written', async (t) => {
  const encoder = pretrainedEncoder(t, 'distilbert', WORDS);
  const refuses = async (distillation: object, message: RegExp, more?: object, out?: string) => {
    const { run } = runOf(t, tinyBertFolder, distillation, more);
    const folder = out ?? run.folder;
    await assert.rejects(distil({ ...run, folder }), (error: Error) => {
      assert.ok(error instanceof InputError, error.stack);
      assert.match(error.message, message);
      assert.ok(!error.message.includes('\n'));
      return true;
    });
    if (!out) assert.ok(!existsSync(run.folder));
  };
  await refuses(
    { student: encoder, hiddenWeight: 1 },
    /compare layers token by token, but student and teacher split \d of 6 sentences into different tokens; set both to 0/,
  );
  await refuses({ student: encoder, layers: 3 }, /3 layers is deeper than .*distilbert of 2/);
  await refuses({ student: encoder, layers: [0, 2] }, /names layer 2, but .*distilbert has 2/);
  await refuses({ student: encoder }, /exceeds the student's 16 positions/, { maximumLength: 17 });
  await refuses({ student: encoder }, /folder that the student starts from/, {}, encoder);
  const options = { scheme: 'bio', labels: ['Cell'], maximumLength: 64, threshold: 0.5 } as const;
  const other = saved(t, TokenClassifier.fromEncoder(tinyBertFolder, options, 1));
  await refuses({ student: other }, /has the labels .* choose a student with the teacher's labels/);
  await refuses({ student: networkFixture('distilbert-vocabulary').folder }, /tokenizer.json is missing/);
  await refuses({ student: 'no such encoder' }, /there is no encoder "no such encoder"/);
});

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { INTENTS } from '../../corpora';
import { InputError, type LabelledText, writeLabelledTexts } from '../../foundation';
import { SequenceClassifier } from '../../nn';
import { tinyBertFolder } from '../../nn/tiny-bert.fixture';
import { tinyClassifier } from '../../nn/tiny-classifier.fixture';
import { evaluateTexts } from '../../tasks';
import { Tokenizer } from '../../tokenization';
import type { FinishedTrial } from '../trials';
import { alphaRows, compareAlphas, readKeptAlphas } from './alphas';
import { chooseFallback, fallbackCurves, fallbackRates, withFallback, writeFallback } from './fallback';
import { checkLabelMaps } from './label-maps';
import { mixtureOf } from './mixture';
import { publishedEpochs, readPublishedIntents } from './profiles';
import {
  plannedSparsity,
  pruningCurvesOf,
  pruningFigures,
  pruningRows,
  pruningTrials,
  readKeptPruning,
  strongestOf,
} from './pruning';
import { intentRows } from './queries';
import { minimizeRosenbrock, rosenbrock, rosenbrockRows } from './rosenbrock';
import {
  bestStudent,
  edgesOf,
  importanceRows,
  readStudentSearch,
  type StudentSettings,
  searchCurves,
  searchRows,
  searchStudents,
} from './search';
import { besidePublished, scopeRows, stageBubbles, stageRows, targetRows } from './stages';
import { teacherFromKept, trainTeacher } from './teach';
import { describeTeacher, keptAnswers, readKeptTeacher } from './teacher';

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-intents-study-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('maps of labels that differ in order or length are refused before training', () => {
  const same = { dataset: INTENTS, teacher: [...INTENTS], student: [...INTENTS] };
  checkLabelMaps(same);
  const swapped = [...INTENTS];
  [swapped[3], swapped[4]] = [swapped[4], swapped[3]];
  assert.throws(() => checkLabelMaps({ ...same, student: swapped }), {
    name: 'InputError',
    message:
      /^label 3 is "time" for the student and "oil_change_how" for the dataset; give all the same labels/,
  });
  assert.throws(
    () => checkLabelMaps({ ...same, teacher: INTENTS.slice(0, 150) }),
    /label 150 is missing for the teacher and "change_volume" for the dataset/,
  );
});

test('alpha is the share of the labels: with 1 the teacher plays no part, outside 0 to 1 it is refused', () => {
  assert.deepEqual(mixtureOf({ alpha: 0.25, temperature: 5 }, 'T'), {
    distillation: { teacher: 'T', temperature: 5, softWeight: 0.75, hardWeight: 0.25 },
  });
  assert.deepEqual(mixtureOf({ alpha: 1, temperature: 5 }, 'T'), {});
  assert.equal(mixtureOf({ alpha: 0, temperature: 2 }, 'T').distillation!.hardWeight, 0);
  for (const alpha of [-0.1, 1.01, Number.NaN])
    assert.throws(() => mixtureOf({ alpha, temperature: 2 }, 'T'), /alpha is .*; give one from 0 to 1/);
  for (const temperature of [0, -2, Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(
      () => mixtureOf({ alpha: 0.5, temperature }, 'T'),
      /the temperature is .*; give one above 0/,
    );
});

test('TPE comes closer to the minimum than random draws, the same for the same seed', () => {
  assert.equal(rosenbrock(1, 1), 0);
  assert.ok(Math.abs(rosenbrock(0.9569, 0.9203) - 0.004) < 5e-5);
  const run = { trials: 150, seed: 1 };
  const tpe = minimizeRosenbrock('tpe', run);
  assert.deepEqual(minimizeRosenbrock('tpe', run), tpe);
  assert.equal(tpe.leastSoFar.length, 150);
  assert.equal(tpe.leastSoFar.at(-1), tpe.value);
  assert.equal(rosenbrock(tpe.x, tpe.y), tpe.value);
  assert.equal(tpe.leastSoFar[tpe.trial - 1], tpe.value);
  assert.ok(tpe.leastSoFar.every((value, index) => index === 0 || value <= tpe.leastSoFar[index - 1]));
  const seeds = [1, 2, 3, 4, 5];
  const of = (sampler: 'tpe' | 'random') =>
    seeds.map((seed) => minimizeRosenbrock(sampler, { trials: 150, seed }).value).sort((a, b) => a - b)[2];
  assert.ok(of('tpe') < of('random'));
  const others = [2, 3].map((seed) => minimizeRosenbrock('tpe', { trials: 60, seed }));
  const [row] = rosenbrockRows({ tpe: [tpe, ...others] });
  const values = [tpe, ...others].map(({ value }) => value);
  assert.equal(row.value, tpe.value.toFixed(5));
  assert.equal(
    row['median value over seeds'],
    values.find((own) => values.filter((other) => other < own).length === 1)!.toFixed(5),
  );
});

test('a search keeps each trial on disk, is resumed, and marks values at an end of their range', async (t) => {
  const journal = join(scratch(t), 'search', 'search.jsonl');
  let trained = 0;
  const train = async (values: StudentSettings): Promise<FinishedTrial> => {
    trained++;
    const accuracy = 0.9 + values.epochs / 1000;
    const evaluations = [{ kind: 'evaluation', step: 1, epoch: 1, loss: 0.3, score: 0.8, accuracy, f1: {} }];
    return { evaluations, bestEpoch: 1, trainingSeconds: 2 } as unknown as FinishedTrial;
  };
  const first = await searchStudents({ journal, trials: 4, seed: 1, about: 'a', train });
  const trials = await searchStudents({ journal, trials: 14, seed: 1, about: 'a', train });
  assert.equal(trained, 14);
  assert.deepEqual(trials.slice(0, 4), first);
  assert.deepEqual(
    trials.map(({ trial }) => trial),
    Array.from({ length: 14 }, (_, index) => index + 1),
  );
  for (const { values } of trials) {
    assert.ok(
      Number(values.epochs) >= 5 && Number(values.epochs) <= 10 && Number.isInteger(values.temperature),
    );
    assert.ok(Number(values.alpha) >= 0 && Number(values.alpha) <= 1);
  }
  const rows = searchRows(trials, 1000);
  const accuracies = rows.map((row) => Number.parseFloat(String(row['dev accuracy (%), 95% interval'])));
  assert.deepEqual(
    accuracies,
    [...accuracies].sort((a, b) => b - a),
  );
  const [{ values: _, ...trial }] = trials;
  const [edge] = searchRows([{ ...trial, values: { epochs: 10, alpha: 0.12345, temperature: 2 } }], 1000);
  const settings = { epochs: 8, alpha: 0.9902, temperature: 5 };
  assert.match(edgesOf(settings), /^At an end of its range, .*: alpha 0\.99\.$/);
  assert.match(edgesOf({ ...settings, alpha: 0.5 }), /^No setting/);
  assert.deepEqual(
    [edge.epochs, edge.alpha, edge.temperature],
    ['10 (end of the range)', '0.123', '2 (end of the range)'],
  );
  const [row] = importanceRows(trials);
  assert.equal(row.setting, 'epochs');
  assert.ok(Math.abs(Number(row['rank correlation with dev accuracy']) - 1) < 1e-9);
  await assert.rejects(
    searchStudents({ journal, trials: 4, seed: 1, about: 'b', train }),
    /belongs to a search with other "about"/,
  );
  const expected = { trials: 14, seed: 1, about: 'a' };
  assert.deepEqual(readStudentSearch(journal, expected), trials);
  assert.deepEqual(readStudentSearch(`${journal}.none`, expected), []);
  assert.throws(() => readStudentSearch(journal, { ...expected, about: 'b' }), /other "about"/);
  assert.throws(
    () => readStudentSearch(journal, { ...expected, trials: 20 }),
    /has 14 finished trials, 20 were planned/,
  );
  const otherwise = { epochs: 8, alpha: 0.5, temperature: 2 };
  assert.equal(bestStudent([], otherwise), otherwise);
  const best = trials.find(({ score }) => score === Math.max(...accuracies) / 100)!;
  assert.deepEqual(bestStudent(trials, otherwise), best.values);
  const [, soFar] = searchCurves(trials);
  assert.deepEqual(soFar.points[13], { x: 14, value: best.score });
  assert.ok(soFar.points.every(({ value }, index) => index === 0 || value >= soFar.points[index - 1].value));
  await assert.rejects(
    searchStudents({ journal, trials: 4, seed: 2, about: 'a', train }),
    /belongs to a search with other "seed"/,
  );
});

const answers = (given: readonly string[], gold: readonly string[]) =>
  given.map((label, index) => ({ gold: [gold[index]], given: [label], ranked: [{ label, score: 0.5 }] }));
const record = (stage: string, mebibytes: number, meanMs: number, given: readonly string[]) => ({
  stage,
  runtime: 'TensorFlow',
  mebibytes,
  threads: 1,
  peakMegabytes: 100,
  latency: { meanMs, deviationMs: 0.5, medianMs: meanMs, p95Ms: meanMs + 1, runs: 10 },
  accuracy: 0.5,
  answers: answers(given, ['weather', 'oos', 'oos', 'timer']),
});

test('stages are compared with the first one, and queries out of scope are counted apart', () => {
  const records = [
    record('teacher', 400, 30, ['weather', 'oos', 'timer', 'timer']),
    record('student', 40, 3, ['oos', 'timer', 'timer', 'timer']),
  ];
  const [, row] = stageRows(records);
  assert.deepEqual([row['times smaller'], row['times faster']], [10, 10]);
  const [whole, small] = scopeRows(records, 'oos');
  assert.match(String(whole['in scope (%), 95% interval']), /^100\.0 /);
  assert.match(String(whole['recall out of scope (%), 95% interval']), /^50\.0 /);
  assert.match(String(whole['precision of "out of scope" (%), 95% interval']), /^100\.0 /);
  assert.match(String(small['recall out of scope (%), 95% interval']), /^0\.0 /);
  const [disc] = stageBubbles(records);
  assert.deepEqual([disc.x, disc.size, disc.xInterval], [30, 400, [29.5, 30.5]]);
});

test('the figures of the reference study stand beside ours, with its factors', () => {
  const { stages, alone, distilled } = readPublishedIntents();
  const records = [
    record('teacher', 400, 30, ['weather', 'oos', 'timer', 'timer']),
    record('ours alone', 20, 2, ['oos', 'timer', 'timer', 'timer']),
    record('student', 40, 3, ['oos', 'timer', 'timer', 'timer']),
  ];
  const counterparts = { teacher: 'BERT baseline', student: 'Distillation + ORT (quantized)' };
  const rows = besidePublished(records, stages, counterparts, { student: 'smaller' });
  assert.deepEqual(
    rows.map((row) => [
      row.ours,
      Number(row['times smaller, study']).toFixed(2),
      Number(row['times faster, study']).toFixed(2),
      row['times faster, ours'],
    ]),
    [
      ['teacher', '1.00', '1.00', 1],
      ['student', '6.51', '7.22', 10],
    ],
  );
  assert.deepEqual(
    rows.map(({ note }) => note),
    ['', 'smaller'],
  );
  assert.throws(() => besidePublished(records, stages, { pupil: 'DistilBERT' }, {}), {
    name: 'InputError',
    message: 'there is no stage "pupil"; name one of: teacher; ours alone; student',
  });
  const [met, missed] = targetRows([
    { target: 'smaller', value: 25, least: 6.51 },
    { target: 'faster', value: 5, least: 7.22 },
  ]);
  assert.deepEqual([met.met, missed.met], ['yes', 'no']);
  assert.deepEqual([publishedEpochs(alone).length, publishedEpochs(distilled).length], [5, 10]);
});

/** Answers with the probabilities of "timer" and "oos"; the rest is that of other labels. */
const answered = (gold: string, timer: number, oos: number) => {
  const ranked = [
    { label: 'timer', score: timer },
    { label: 'oos', score: oos },
  ].sort((one, other) => other.score - one.score);
  return { gold: [gold], given: [ranked[0].label], ranked };
};

test('a fallback is as ready as makes the mean of both recalls highest, whatever their shares', () => {
  const dev = [
    ...Array.from({ length: 30 }, () => answered('timer', 0.9, 0.01)), // gap of 4.5
    ...Array.from({ length: 3 }, () => answered('timer', 0.5, 0.2)), // of 0.92
    answered('oos', 0.5, 0.1), // of 1.61
    answered('oos', 0.2, 0.6),
  ];
  assert.equal(chooseFallback(dev, 'oos'), 1.7);
  const [within, out, both] = fallbackCurves(fallbackRates(dev, 'oos'));
  assert.deepEqual([within.points.length, both.points[17].x], [81, 1.7]);
  for (const [place, { value }] of both.points.entries())
    assert.ok(
      Math.abs(value - (within.points[place].value + out.points[place].value) / 2) < 1e-12 &&
        value <= both.points[17].value,
    );
  const given = withFallback(dev, 'oos', 1.7).map(({ given: [label] }) => label);
  assert.deepEqual(given, [...Array(30).fill('timer'), 'oos', 'oos', 'oos', 'oos', 'oos']);
  assert.equal(chooseFallback([answered('timer', 0.9, 0.1), answered('oos', 0.1, 0.9)], 'oos'), 0);
  assert.deepEqual(withFallback(dev, 'oos', 0), dev);
  for (const one of [dev.slice(0, 33), dev.slice(33)])
    assert.throws(() => chooseFallback(one, 'oos'), /choose a fallback on a part that has both/);
});

test('an offset in the bias of a classifier gives the answers with that offset', async (t) => {
  const folder = tinyClassifier(t, { labels: ['timer', 'oos', 'weather'] });
  const out = join(scratch(t), 'fallback');
  writeFallback(folder, 'oos', 1.5, out);
  const texts = ['the b-cell grows', 'two t-cell die', 'a cell lives'];
  const queries = texts.map((text) => ({ text, labels: ['oos'], several: false }));
  const [before, after] = [SequenceClassifier.load(folder), SequenceClassifier.load(out)];
  t.after(() => before.dispose());
  t.after(() => after.dispose());
  const evaluated = async (network: SequenceClassifier) =>
    (await evaluateTexts(queries, new Tokenizer(folder), network.score, network.configuration)).answers;
  const expected = withFallback(await evaluated(before), 'oos', 1.5);
  for (const [index, { given, ranked }] of (await evaluated(after)).entries()) {
    assert.deepEqual(given, expected[index].given);
    ranked.forEach(({ label, score }, place) => {
      assert.equal(label, expected[index].ranked[place].label);
      assert.ok(Math.abs(score - expected[index].ranked[place].score) < 1e-6);
    });
  }
  assert.throws(() => writeFallback(folder, 'none', 1, join(out, 'x')), /has no label "none"/);
});

test('a trained teacher is kept by its answers, and answers no other queries; students of it are compared', async (t) => {
  const folder = scratch(t);
  const texts = (count: number, from = 0): LabelledText[] =>
    Array.from({ length: count }, (_, index) => ({
      text: `${index % 2 === 0 ? 'a' : 'z'}${index} no ${from + index}`,
      labels: [index % 2 === 0 ? 'timer' : 'weather'],
      several: false,
    }));
  const [train, dev, test] = ['train', 'dev', 'test'].map((name, index) => {
    const path = join(folder, `${name}.jsonl`);
    writeLabelledTexts(path, texts(8, 10 * index));
    return path;
  });
  const labels = ['weather', 'timer', 'oos'];
  const parts = { dev: texts(8, 10), test: texts(8, 20) };
  const recipe = {
    ...{ encoder: tinyBertFolder, train: [train], dev: [dev], seed: 1, labels, keep: true },
    ...{ epochs: 2, batchSize: 4, maximumLength: 16, precision: 'float32' as const, replicas: 1 },
  };
  const run = { test, folder: join(folder, 'trials') };
  const out = join(folder, 'kept');
  const teacher = await trainTeacher({ ...recipe, name: 'teacher' }, parts, { ...run, keepIn: out });
  assert.deepEqual(readdirSync(out).sort(), ['config.json', 'soft-targets.jsonl.gz', 'teacher.json']);
  const kept = readKeptTeacher(out)!;
  const same = teacherFromKept(kept, parts);
  assert.deepEqual([same.epochs, same.demo.label], [teacher.epochs, teacher.demo.label]);
  assert.equal(same.folder, out);
  assert.match(describeTeacher(kept), /parameters, trained in TensorFlow .* rate .*, batches of /);
  for (const part of ['dev', 'test'] as const)
    assert.deepEqual(
      same.answers[part].map(({ gold, given }) => [gold, given]),
      teacher.answers[part].map(({ gold, given }) => [gold, given]),
    );
  assert.throws(() => keptAnswers(kept, 'test', texts(8), labels), /answered other test queries/);
  assert.throws(() => keptAnswers(kept, 'dev', texts(8), labels), /answered other dev queries/);

  const alphas = join(folder, 'alphas.json');
  assert.equal(readKeptAlphas(alphas), undefined);
  const plan = {
    student: { ...recipe, encoder: tinyClassifier(t, { labels }) },
    teacher: out,
    alphas: [1, 0],
    seeds: [1, 2],
    epochs: 1,
    temperature: 2,
    out: alphas,
  };
  const comparison = await compareAlphas(plan, run);
  assert.deepEqual(
    alphaRows(comparison).map((row) => [row.student, row.seeds]),
    [
      ['alpha 1', 2],
      ['alpha 0', 2],
    ],
  );
  const trainings = [
    [1, 1, 0.8],
    [1, 2, 0.82],
    [0.5, 1, 0.83],
    [0.5, 2, 0.87],
  ].map(([alpha, seed, test]) => ({ alpha, seed, dev: 0.9, test }));
  const [, half] = alphaRows({ epochs: 1, temperature: 2, testTexts: 1000, trainings });
  // Differences .03 and .05: mean .04, standard error .01, t(1) = 12.706.
  assert.equal(half['gain over alpha 1 (points), 95% interval over seeds'], '4.0 (-8.7 to 16.7)');
  assert.deepEqual(readKeptAlphas(alphas), comparison);
  writeFileSync(alphas, '{"epochs":5}');
  assert.throws(() => readKeptAlphas(alphas), /alphas.json: lacks "trainings", .*; restore the file/);

  for (const damaged of ['{', '{}', '{"answers":[]}']) {
    writeFileSync(join(out, 'teacher.json'), damaged);
    assert.throws(() => readKeptTeacher(out), InputError);
  }
  assert.equal(readKeptTeacher(join(folder, 'none')), undefined);
});

test('one pruning trial per method and share of zeros; soft movement has a penalty and a rate for its steps', (t) => {
  const recipe = { train: ['t'], dev: ['d'], seed: 1 };
  const trials = pruningTrials({ model: 'M', sparsities: [0.5, 0.9], steps: 600, recipe });
  assert.equal(trials.length, 9);
  assert.equal(new Set(trials.map(({ name }) => name)).size, 9);
  assert.ok(trials.every(({ encoder, keep }) => encoder === 'M' && keep));
  assert.deepEqual(trials[6].sparsity, { method: 'movement', block: 32, sparsity: 0.9, scoreRate: 0.02 });
  const [weak, strong] = trials.slice(7).map(({ sparsity }) => sparsity!);
  assert.ok(weak.penalty! < strong.penalty! && weak.scoreRate === 0.02 && weak.sparsity === undefined);

  const finished = trials.map((trial, index) => ({
    trial,
    sparse: { density: { layers: 1 - (trial.sparsity!.sparsity ?? 0.3), all: 0.9 }, bytes: {} },
    test: { accuracy: 0.9 - index / 100, texts: 100 },
  })) as unknown as FinishedTrial[];
  const figures = pruningFigures(finished, 3);
  const file = join(scratch(t), 'pruning.json');
  assert.equal(readKeptPruning(file), undefined);
  writeFileSync(file, JSON.stringify(figures));
  assert.deepEqual(readKeptPruning(file), figures);
  assert.equal(pruningRows(figures).length, 9);
  writeFileSync(file, '{}');
  assert.throws(
    () => readKeptPruning(file),
    /pruning.json: has no "models" or no "epochs"; restore the file/,
  );
  const curves = pruningCurvesOf(figures);
  assert.deepEqual(
    curves.map(({ name, points }) => [name, points.map(({ x }) => Math.round(x))]),
    [
      ['magnitude', [1, 50, 90]],
      ['movement', [50, 90]],
      ['movement, blocks of 32', [50, 90]],
      ['soft movement', [30, 30]],
    ],
  );
  assert.deepEqual(
    strongestOf(finished).map(({ trial }) => trial),
    [trials[2], trials[4], trials[6], trials[8]],
  );
  assert.ok(curves[0].points[0].low! < 0.9 && curves[0].points[0].high! > 0.9);

  const [planned] = plannedSparsity([0.5]);
  assert.deepEqual([planned.name, planned.points[4].value, planned.points[28].value], ['50 %', 0, 0.5]);
});

test('intents are listed by domain with their ids', () => {
  const rows = intentRows(['translate', 'oos', 'transfer', 'car_rental']);
  assert.deepEqual(
    rows.map((row) => [row.domain, row['ids and names']]),
    [
      ['banking', '133 transfer'],
      ['travel', '61 translate, 40 car_rental'],
      ['none', '42 oos'],
    ],
  );
  assert.equal(
    intentRows(INTENTS).reduce((sum, row) => sum + Number(row.intents), 0),
    151,
  );
});

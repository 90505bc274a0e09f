import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SequenceClassifier } from '../nn';
import { copyTinyBert, tinyBertFolder } from '../nn/tiny-bert.fixture';
import { tinyClassifier } from '../nn/tiny-classifier.fixture';
import { exportToOnnx } from '../onnx';
import { PROGRAM, writeFiles } from './annotate.fixture';
import type { ClassificationResult } from './evaluate-texts';

/** Tests on text classifiers of the commands that other tests cover on taggers. */
function run(...line: string[]) {
  return spawnSync(process.execPath, [PROGRAM, ...line], { encoding: 'utf8' });
}

const LABELS = ['transfer', 'card', 'cash'];
const texts = (labels: readonly string[], count: number) =>
  Array.from({ length: count }, (_, index) =>
    JSON.stringify({ text: `a${index} b ${'c'.repeat(index % 4)}`, label: labels[index % labels.length] }),
  ).join('\n');
const sentence = JSON.stringify({ text: 'T cells grew.', spans: [{ start: 0, end: 7, label: 'Cell' }] });

/** Models without TensorFlow weights (starting TensorFlow would take longer than the test) and their data. */
function prepared(t: TestContext, options: Parameters<typeof tinyClassifier>[1] = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFiles(folder, {
    'test.jsonl': texts(LABELS, 30),
    'unheard.jsonl': texts([...LABELS, 'refund'], 32),
    'spans.jsonl': sentence,
    'several.jsonl': '{"text":"a b","labels":["transfer","cash"]}\n{"text":"c","labels":[]}\n',
  });
  const model = tinyClassifier(t, { labels: LABELS, ...options });
  exportToOnnx(model);
  rmSync(join(model, 'model.safetensors'));
  return { model, of: (name: string) => join(folder, name) };
}

function refused(line: string[], pattern: RegExp): void {
  const { status, stderr, stdout } = run(...line);
  assert.equal(status, 1, stderr);
  assert.match(stderr, pattern);
  assert.equal(stderr.trim().split('\n').length, 1, stderr);
  assert.equal(stdout, '');
}

test('evaluate prints accuracy, F1 with intervals, confusions and unknown labels, and compares two models', (t) => {
  const { model, of } = prepared(t);
  const line = ['evaluate', '--model', model, '--data', of('unheard.jsonl'), '--resamples', '50'];
  const json = run(...line, '--compare', model, '--json');
  assert.equal(json.status, 0, json.stderr);
  const result: ClassificationResult = JSON.parse(json.stdout);
  assert.deepEqual(result.unknown, { refund: 8 });
  assert.equal(result.texts, 32);
  assert.deepEqual(
    LABELS.map((label) => result.labels[label].support),
    [8, 8, 8],
  );
  const counted = result.confusion!.flat().reduce((sum, count) => sum + count, 0);
  assert.equal(counted, 24);
  const right = result.confusion!.reduce((sum, row, index) => sum + row[index], 0);
  assert.equal(result.accuracy, right / 32);
  assert.ok(result.intervals.accuracy![0] <= result.accuracy);
  assert.deepEqual(result.comparison!.mcnemar, { firstAlone: 0, secondAlone: 0, p: 1 });
  assert.ok(!('answers' in result));
  const people = run(...line, '--compare', model);
  assert.match(people.stdout, /^32 texts; loss [\d.]+; accuracy [\d.]+ \[[\d.]+, [\d.]+\]; macro F1/);
  assert.match(
    people.stdout,
    /unknown to the model, with their number of texts, which count as errors: refund \(8\)/,
  );
  assert.match(people.stdout, /Texts by gold label \(rows\)/);
  assert.match(people.stdout, /p = 1\.0000 \(McNemar's exact test\)/);
});

test('a tagger with texts, a classifier with sentences, and tagger options for a classifier are each rejected in one sentence', (t) => {
  const { model, of } = prepared(t);
  const tagger = copyTinyBert(t);
  const data = of('test.jsonl');
  refused(['evaluate', '--model', tagger, '--data', data], /holds labelled texts, but .* is a tagger/);
  refused(['evaluate', '--model', model, '--data', of('spans.jsonl')], /is a text classifier; give texts/);
  refused(['evaluate', '--model', model, '--compare', tagger, '--data', data], /give models of one kind/);
  refused(
    ['evaluate', '--model', model, '--data', data, '--html', of('page.html')],
    /--html: is for taggers/,
  );
  refused(['evaluate', '--model', model, '--data', data, '--tune', data], /--tune: is for taggers/);
  refused(['evaluate', '--model', model, '--data', of('several.jsonl')], /lists of labels/);
  refused(['benchmark', '--model', tagger, '--data', data], /is a tagger; give sentences/);
  assert.ok(!existsSync(of('page.html')));
});

test('labels unknown to a tagger are reported with their mention counts; no common label is an error', (t) => {
  const { of } = prepared(t);
  const tagger = copyTinyBert(t);
  exportToOnnx(tagger);
  rmSync(join(tagger, 'model.safetensors'));
  const line = (label: string) =>
    JSON.stringify({ text: 'T cells grew.', spans: [{ start: 0, end: 7, label }], annotated: [label] });
  const data = of('mixed.jsonl');
  writeFileSync(data, [line('Cell'), line('protein'), line('DNA'), line('protein')].join('\n'));
  const { stderr, status } = run('evaluate', '--model', tagger, '--data', data, '--resamples', '10');
  assert.equal(status, 0, stderr);
  assert.match(
    stderr,
    /2 labels of mixed\.jsonl are unknown to the model and left out: protein \(2\), DNA \(1\)/,
  );
  // The classes of a view count, not the labels behind them.
  const config = join(tagger, 'config.json');
  const { falconframes, ...rest } = JSON.parse(readFileSync(config, 'utf8'));
  const views = { own: { protein: ['Cell'] }, other: { DNA: ['Cell Line'] } };
  writeFileSync(config, JSON.stringify({ ...rest, falconframes: { ...falconframes, views } }));
  const scored = ['evaluate', '--model', tagger, '--data', data, '--resamples', '10', '--json'];
  const supports = (...view: string[]) => {
    const { stdout } = run(...scored, ...view);
    const { spans } = JSON.parse(stdout) as { spans: Record<string, { support: number }> };
    return Object.entries(spans).map(([label, { support }]) => [label, support]);
  };
  assert.deepEqual(supports(), [['protein', 2]]);
  assert.deepEqual(supports('--view', 'other'), [['DNA', 1]]);
  refused(
    ['evaluate', '--model', tagger, '--data', data, '--view', 'third'],
    /has no view "third"; it has own, other, labels/,
  );
  writeFileSync(config, JSON.stringify({ ...rest, falconframes }));
  writeFileSync(data, [line('protein'), line('DNA')].join('\n'));
  refused(
    ['evaluate', '--model', tagger, '--data', data],
    /has the labels protein, DNA, and .* has Gene Mutations, Cell, .*; they share none/,
  );
});

test('benchmark measures a classifier with accuracy and macro F1', (t) => {
  const { model, of } = prepared(t);
  const out = of('out');
  const line = ['benchmark', '--model', model, '--data', of('test.jsonl'), '--out', out, '--runs', '5'];
  refused([...line, '--peers', model], /has no weights for PyTorch/);
  const { status, stderr, stdout } = run(...line);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /texts\/s/);
  assert.match(stdout, /accuracy +macro F1/);
  assert.deepEqual(readdirSync(out).sort(), ['benchmark.csv', 'benchmark.json']);
  const [row] = JSON.parse(readFileSync(join(out, 'benchmark.json'), 'utf8'));
  const evaluated = run('evaluate', '--model', model, '--data', of('test.jsonl'), '--json');
  const { accuracy, macroF1 } = JSON.parse(evaluated.stdout);
  assert.equal(row.accuracy, accuracy);
  assert.equal(row.macroF1, macroF1);
  const [header, cells] = readFileSync(join(out, 'benchmark.csv'), 'utf8').split('\n');
  assert.match(header, /,texts_per_second,tokens_per_second,accuracy,accuracy low,accuracy high,macro_f1,/);
  assert.equal(cells.split(',').length, header.split(',').length);
});

test('thresholds are chosen by F1 for a multi-label classifier, and rejected for exclusive models', (t) => {
  const { model, of } = prepared(t);
  const labelled = ['threshold', '--model', model, '--dev', of('test.jsonl')];
  refused(['compress', ...labelled], /gives each text its most probable label, so there is no threshold/);
  const several = prepared(t, { several: true, threshold: 0.5 });
  const dev = several.of('dev.jsonl');
  // "transfer" is on every text: the lower its threshold, the better; "cash" is on none and keeps its own.
  const line = (index: number) => JSON.stringify({ text: `a${index} b`, labels: ['transfer'] });
  writeFileSync(dev, Array.from({ length: 20 }, (_, index) => line(index)).join('\n'));
  const chosen = run('compress', 'threshold', '--model', several.model, '--dev', dev, '--json');
  assert.equal(chosen.status, 0, chosen.stderr);
  const { thresholds, tried } = JSON.parse(chosen.stdout);
  assert.equal(thresholds.cash, 0.5);
  const config = JSON.parse(readFileSync(join(several.model, 'config.json'), 'utf8'));
  assert.deepEqual(config.falconframes.threshold, thresholds);
  const f1At = (threshold: number) =>
    tried.find((one: { threshold: number }) => one.threshold === threshold).f1.transfer as number;
  const best = Math.max(...tried.slice(1, -1).map(({ f1 }: { f1: { transfer: number } }) => f1.transfer));
  assert.ok(f1At(thresholds.transfer) >= best - 0.3);
  const exclusive = copyTinyBert(t);
  const path = join(exclusive, 'config.json');
  const tagging = JSON.parse(readFileSync(path, 'utf8'));
  tagging.falconframes.scheme = 'exclusive';
  writeFileSync(path, JSON.stringify(tagging));
  exportToOnnx(exclusive);
  rmSync(join(exclusive, 'model.safetensors'));
  refused(
    ['compress', 'threshold', '--model', exclusive, '--dev', of('spans.jsonl')],
    /its labels exclude one another/,
  );
});

test('static quantization is calibrated on texts with labels', (t) => {
  const { of } = prepared(t);
  // The matrices of the other model are too small to be quantized.
  const head = { labels: LABELS, outcome: 'one', maximumLength: 32, threshold: 0.5 } as const;
  const network = SequenceClassifier.fromEncoder(tinyBertFolder, head, 1);
  const model = of('larger');
  network.save(model);
  network.dispose();
  exportToOnnx(model);
  const line = ['compress', 'quantize', '--model', model, '--kind', 'static'];
  const { status, stderr } = run(...line, '--calibrate', of('test.jsonl'));
  assert.equal(status, 0, stderr);
  assert.ok(existsSync(join(model, 'onnx', 'model_quantized.onnx')));
});

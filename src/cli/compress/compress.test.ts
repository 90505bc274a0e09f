import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { KeptDifference, KeptLabels } from '../../compression';
import { projectRoot, writeSentences } from '../../foundation';
import { FOUR } from '../../foundation/labels.fixture';
import { cellSentence } from '../../foundation/sentence.fixture';
import type { TunedThresholds } from '../../inference';
import { readConfiguration } from '../../nn';
import { copyTinyBert, tinyBertFolder } from '../../nn/tiny-bert.fixture';

const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function compress(...args: string[]) {
  const program = join(projectRoot, 'environment', 'falconframes.cjs');
  return spawnSync(process.execPath, [program, 'compress', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, FALCONFRAMES_CACHE: join(folder, 'cache') },
  });
}

function json<T>(...args: string[]): T {
  const { status, stdout, stderr } = compress(...args, '--json');
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as T;
}

writeSentences(join(folder, 'train.jsonl'), [cellSentence('the b-cell grows')]);
test('eight-bit weights alone are neither exported nor quantized again', () => {
  const shipped = join(projectRoot, 'models', 'falconframes-tiny');
  for (const step of ['export', 'quantize', 'fuse']) {
    const { status, stderr } = compress(step, '--model', shipped, '--out', 'again');
    assert.equal(status, 1);
    assert.match(stderr, /falconframes-tiny: has eight-bit weights only/);
  }
  assert.ok(!existsSync(join(folder, 'again')));
});

before(() => void json('export', '--model', tinyBertFolder, '--out', 'exported'));
const configure = (distillation: object) =>
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({
      train: ['train.jsonl'],
      dev: ['train2.jsonl'],
      epochs: 1,
      maximumLength: 32,
      distillation,
    }),
  );

test('thresholds are chosen and saved; without gold mentions the folder is unchanged', (t) => {
  const model = copyTinyBert(t);
  const threshold = () => readConfiguration(model).threshold;
  const before = threshold();
  const chosen = json<TunedThresholds>('threshold', '--model', model, '--dev', 'train.jsonl');
  assert.deepEqual(threshold(), chosen.thresholds);
  for (const label of FOUR) {
    assert.equal(chosen.before[label], before);
    const known = chosen.tried[0].f1[label] !== null;
    const possible = known ? chosen.tried.map((one) => one.threshold) : [before];
    assert.ok(possible.includes(chosen.thresholds[label]), label);
  }
  writeSentences(join(folder, 'none.jsonl'), [
    { article: 'a', section: '', paragraph: 0, offset: 0, text: 'grows', spans: [], annotated: ['Cell'] },
  ]);
  const { status, stderr } = compress('threshold', '--model', model, '--dev', 'none.jsonl');
  assert.notEqual(status, 0);
  assert.match(stderr, /no gold mention/);
  assert.deepEqual(threshold(), chosen.thresholds);
});

test('labels are left out of a tagger, and one without views needs their names', () => {
  const report = json<KeptLabels>(
    ...['keep-labels', '--model', tinyBertFolder, '--labels', 'Cell Line', 'Cell', '--out', 'fewer'],
  );
  assert.deepEqual(report, { kept: ['Cell', 'Cell Line'], removed: ['Gene Mutations', 'Organ Tissue'] });
  assert.deepEqual(readConfiguration(join(folder, 'fewer')).labels, report.kept);
  const { status, stderr } = compress('keep-labels', '--model', tinyBertFolder, '--out', 'none');
  assert.notEqual(status, 0);
  assert.match(stderr, /name the labels to keep, of Gene Mutations, Cell, Cell Line, Organ Tissue/);
});

test('a model is kept as its difference from an encoder, and restored', () => {
  const { bytes, weightBytes } = json<KeptDifference>(
    ...['difference', '--model', tinyBertFolder, '--encoder', tinyBertFolder, '--out', 'kept'],
  );
  assert.ok(bytes < weightBytes);
  const { status, stdout } = compress(
    ...['restore', '--model', 'kept', '--encoder', tinyBertFolder, '--out', 'restored'],
  );
  assert.deepEqual([status, stdout], [0, 'restored\n']);
  assert.deepEqual(readConfiguration(join(folder, 'restored')), readConfiguration(tinyBertFolder));
});

test('trim, prune and distil run in sequence, each reading a folder and writing a new one', () => {
  const trimmed = json<{ vocabulary: { before: number; after: number } }>(
    ...['trim', '--model', tinyBertFolder, '--texts', 'train.jsonl', '--out', 'trimmed'],
  );
  assert.ok(trimmed.vocabulary.after <= trimmed.vocabulary.before);
  const pruned = json<{ intermediateSize: number }>(
    ...['prune', '--model', 'trimmed', '--data', 'train.jsonl', '--neurons', '16', '--out', 'pruned'],
  );
  assert.equal(pruned.intermediateSize, 16);
  writeFileSync(
    join(folder, 'train2.jsonl'),
    '{"article":"b","section":"","paragraph":0,"offset":0,"text":"a t-cell","spans":[{"start":2,"end":8,"label":"Cell"}],"annotated":["Cell"]}\n',
  );
  configure({ student: 'pruned' });
  const distilled = json<{ bestEpoch: number; student: { intermediateSize: number } }>(
    ...['distil', '--teacher', 'trimmed', '--config', 'config.json', '--out', 'student'],
    ...['--track', 'tracked'],
  );
  assert.deepEqual([distilled.bestEpoch, distilled.student.intermediateSize], [1, 16]);
  assert.ok(existsSync(join(folder, 'student', 'model.safetensors')));
  const [experiment] = readdirSync(join(folder, 'tracked'));
  const [run, ...others] = readdirSync(join(folder, 'tracked', experiment)).filter(
    (name) => name !== 'meta.yaml',
  );
  assert.deepEqual(others, []);
  const tracked = join(folder, 'tracked', experiment, run);
  assert.ok(existsSync(join(tracked, 'artifacts', 'model', 'model.safetensors')));
  assert.equal(readFileSync(join(tracked, 'params', 'teacher'), 'utf8'), 'trimmed');
});

test('wrong options and folders are reported in one sentence', () => {
  const refuses = (message: RegExp, ...args: string[]) => {
    const { status, stdout, stderr } = compress(...args, '--out', 'nothing');
    assert.notEqual(status, 0);
    assert.equal(stdout, '');
    assert.match(stderr, message);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
    assert.ok(!existsSync(join(folder, 'nothing')));
  };
  configure({});
  refuses(
    /its teacher|smaller/,
    'distil',
    '--teacher',
    tinyBertFolder,
    '--config',
    'config.json',
    '--track',
    'none',
  );
  assert.ok(!existsSync(join(folder, 'none')), 'rejected commands are not tracked');
  configure({ temperature: 0 });
  refuses(/"temperature"/, 'distil', '--teacher', tinyBertFolder, '--config', 'config.json');
  refuses(/not a model folder/, 'trim', '--model', 'nowhere', '--texts', 'train.jsonl');
  refuses(
    /give --layers, --heads, --neurons or --hidden/,
    'prune',
    '--model',
    tinyBertFolder,
    '--data',
    'train.jsonl',
  );
  const quantize = (...args: string[]) => ['quantize', '--model', ...args];
  refuses(/not a model folder/, ...quantize('nowhere'));
  refuses(/name a file of them with --calibrate/, ...quantize(tinyBertFolder, '--kind', 'static'));
  writeFileSync(join(folder, 'empty.jsonl'), '');
  refuses(
    /empty.jsonl/,
    ...quantize(tinyBertFolder, '--kind', 'static', '--calibrate', 'empty.jsonl', '--method', 'entropy'),
  );
  refuses(/has nothing to calibrate/, ...quantize(tinyBertFolder, '--calibrate', 'train.jsonl'));
  const fuse = (...args: string[]) => ['fuse', '--model', ...args];
  refuses(/no onnx\/model.onnx to fuse/, ...fuse(tinyBertFolder));
  refuses(/"norm": no operator of that name/, ...fuse('exported', '--operators', 'gelu,norm'));
  refuses(/belong to 8 bits/, ...quantize(tinyBertFolder, '--kind', 'fp16', '--per-tensor'));
});

test('export, then quantize with each --kind, fused or not', () => {
  for (const operators of [[], ['--operators', 'layer-norm, gelu']]) {
    json('fuse', '--model', 'exported', ...operators, '--out', 'fused');
    json('quantize', '--model', 'fused');
  }
  for (const kind of [
    ['dynamic', '--keep-embeddings'],
    ['fp16'],
    ['static', '--calibrate', 'train.jsonl', '--method', 'percentile'],
  ]) {
    const written = json<{ path: string }>(
      ...['quantize', '--model', 'exported', '--kind', ...kind, '--out', `quantized-${kind[0]}`],
    );
    assert.ok(existsSync(join(folder, written.path)));
  }
});

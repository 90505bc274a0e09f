import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { mirrorFolder, projectRoot, readSentences } from '../foundation';
import { tinyBertFolder } from '../nn/tiny-bert.fixture';
import type { PreprocessingReport } from '../preprocessing';
import { readMetrics } from '../training';
import type { EvaluationResult } from './evaluation-tables';

const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (...names: string[]) => join(folder, ...names);

function falconframes(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const program = join(projectRoot, 'environment', 'falconframes.cjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** Runs a command that must succeed and parses the JSON it prints. */
function json<T>(...args: string[]): T {
  const { status, stdout, stderr } = falconframes(...args, '--json');
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as T;
}

/** Runs a command that must fail with one sentence. */
function refuses(pattern: RegExp, ...args: string[]): void {
  const { status, stdout, stderr } = falconframes(...args);
  assert.notEqual(status, 0);
  assert.equal(stdout, '');
  assert.match(stderr, pattern);
  assert.equal(stderr.trim().split('\n').length, 1, stderr);
}

// Each step reads the output of the one before: from the embedded articles to annotated text.
test('the commands lead from articles to annotations', async (context) => {
  const sample = join(projectRoot, 'data', 'sample', 'articles');
  await context.test('collect', () => {
    const report = json<{ stored: number }>('collect', '--source', 'sample', '--out', at('collection'));
    assert.equal(report.stored, 21);
    json('collect', '--source', 'sample', '--out', at('collection'), '--csv', at('annotations.csv'));
    assert.equal(readFileSync(at('annotations.csv'), 'utf8').trim().split('\n').length, 1 + 695);
    const own = ['collect', '--source', 'sample', '--out', at('collection')];
    refuses(/manifest\.json/, ...own, '--csv', at('collection', 'manifest.json'));
  });
  await context.test('preprocess', () => {
    json('preprocess', '--in', at('collection'), '--out', at('sentences'));
    for (const part of ['train', 'dev', 'test']) {
      assert.ok(readSentences(at('sentences', `${part}.jsonl`)).length > 10);
    }
  });
  await context.test('preprocess, the smallest articles in test', () => {
    const own = ['preprocess', '--in', at('collection'), '--out', at('smallest')];
    const { parts } = json<PreprocessingReport>(...own, '--test', 'smallest:5');
    assert.equal(parts.test.articles, 5);
    refuses(
      /--test biggest: not a choice of articles; give one such as smallest:5/,
      ...own,
      '--test',
      'biggest',
    );
  });
  await context.test('train', () => {
    const configuration = {
      encoder: tinyBertFolder,
      train: ['sentences/train.jsonl'],
      dev: ['sentences/dev.jsonl'],
      maximumLength: 64,
      epochs: 2,
      learningRate: 1e-2,
    };
    writeFileSync(at('training.json'), JSON.stringify(configuration));
    const report = json<{ finished: boolean; evaluations: { loss: number }[] }>(
      ...['train', '--config', at('training.json'), '--out', at('model'), '--track', at('tracked')],
      ...['--replicas', '2'],
    );
    const [experiment] = readdirSync(at('tracked'));
    const [run, ...others] = readdirSync(at('tracked', experiment)).filter((name) => name !== 'meta.yaml');
    assert.deepEqual(others, []);
    const losses = readFileSync(at('tracked', experiment, run, 'metrics', 'train', 'loss'), 'utf8');
    const written = readMetrics(at('model', 'metrics.jsonl')).filter(({ kind }) => kind === 'step');
    assert.deepEqual(
      losses.trim().split('\n').map((line) => Number(line.split(' ')[2])), // biome-ignore format: one line
      written.map(({ step }) => step),
    );
    const artifacts = at('tracked', experiment, run, 'artifacts');
    for (const file of ['figures/learning-curves.png', 'model/config.json', 'model/model.safetensors'])
      assert.ok(existsSync(join(artifacts, file)), file);
    assert.match(readFileSync(at('tracked', experiment, run, 'meta.yaml'), 'utf8'), /"status": 3/);
    assert.equal(report.finished, true);
    assert.ok(report.evaluations[1].loss < report.evaluations[0].loss);
  });
  await context.test('evaluate', () => {
    const report = json<{ sentences: number; tokens: { Cell: { trueNegatives: number } } }>(
      ...['evaluate', '--model', at('model'), '--data', at('sentences', 'test.jsonl')],
    );
    assert.equal(report.sentences, readSentences(at('sentences', 'test.jsonl')).length);
    assert.ok(report.tokens.Cell.trueNegatives > 0);
    const test = ['--data', at('sentences', 'test.jsonl'), '--resamples', '100'];
    const { comparison, breakdowns } = json<EvaluationResult>(
      ...['evaluate', '--model', at('model'), ...test, '--compare', at('model')],
      ...['--train', at('sentences', 'train.jsonl'), '--tune', at('sentences', 'dev.jsonl')],
    );
    assert.deepEqual(
      breakdowns.corpus.map(({ group }) => group),
      ['test'],
    );
    assert.ok(breakdowns.seen!.length > 0);
    const { difference, p } = comparison!.differences.meanF1!;
    assert.deepEqual([difference, p], [0, 1]);
    const { status, stdout } = falconframes(
      ...['evaluate', '--model', at('model'), ...test, '--compare', at('model'), '--token-threshold', '0.4'],
    );
    assert.equal(status, 0);
    assert.match(stdout, /spans, mean .*not settled/);
    assert.match(stdout, /Gene Mutations +0\.400/);
  });
  await context.test('compress', () => {
    const exported = json<{ megabytes: number }>('compress', 'export', '--model', at('model'));
    const quantized = json<{ megabytes: number }>('compress', 'quantize', '--model', at('model'));
    assert.ok(quantized.megabytes < exported.megabytes);
  });
  await context.test('benchmark', () => {
    const rows = json<{ name: string }[]>(
      ...['benchmark', '--model', at('model'), '--data', at('sentences', 'test.jsonl')],
      ...['--runs', '5', '--out', at('benchmark')],
    );
    assert.deepEqual(
      rows.map(({ name }) => name),
      ['model TensorFlow fp32', 'model ONNX fp32', 'model ONNX int8'],
    );
    assert.equal(readFileSync(at('benchmark', 'benchmark.csv'), 'utf8').trim().split('\n').length, 4);
  });
  await context.test('annotate', () => {
    const article = join(sample, 'PMC90000001.xml');
    const { status, stdout, stderr } = falconframes('annotate', '--model', at('model'), article);
    assert.equal(status, 0, stderr);
    const { id, entities } = JSON.parse(stdout);
    assert.match(id, /PMC90000001/);
    assert.ok(Array.isArray(entities));
  });
});

const mirror = { skip: mirrorFolder() ? false : 'needs FALCONFRAMES_MIRROR' };

test("corpus writes the corpus's own labels, or the classes of a view", mirror, () => {
  const write = (...options: string[]) =>
    json<{ spans: Record<string, number>; annotated: string[] }>(
      ...['corpus', 'tmvar', '--split', 'test', '--out', at('tmvar.jsonl'), ...options],
    );
  assert.deepEqual(write().spans, { DNAMutation: 97, ProteinMutation: 100, SNP: 26 });
  const literature = write('--view', 'literature');
  assert.deepEqual(literature.spans, { 'Gene Mutations': 223, Cell: 0, 'Cell Line': 0, 'Organ Tissue': 0 });
  assert.deepEqual(literature.annotated, ['Gene Mutations']);
  writeFileSync(at('view.json'), '{"Variant": ["SNP", "DNAMutation"], "Cell": ["CL"]}');
  assert.deepEqual(write('--view', at('view.json')).spans, { Variant: 123, Cell: 0 });
  const [first] = readSentences(at('tmvar.jsonl'));
  assert.deepEqual(first.annotated, ['Variant']);
});

test('bad input is reported in one sentence and leaves no files behind', () => {
  refuses(/no corpus is called "nonsense".*jnlpba/, 'corpus', 'nonsense', '--out', at('corpus.jsonl'));
  refuses(
    /no-view: cannot be read, there is no such file/,
    ...['corpus', 'tmvar', '--view', 'no-view', '--out', at('corpus.jsonl')],
  );
  writeFileSync(at('view.json'), '{"Variant": ["SNP"]}');
  refuses(
    /view\.json: is an input/,
    ...['corpus', 'tmvar', '--view', at('view.json'), '--out', at('view.json')],
  );
  const outside = { article: 'a', section: '', paragraph: 0, offset: 0, text: 'abc', annotated: ['Cell'] };
  writeFileSync(
    at('bounds.jsonl'),
    JSON.stringify({ ...outside, spans: [{ start: 0, end: 9, label: 'Cell' }] }),
  );
  writeFileSync(at('broken.jsonl'), '{"article"\n');
  writeFileSync(
    at('typo.json'),
    JSON.stringify({ train: ['bounds.jsonl'], dev: ['bounds.jsonl'], epohcs: 3 }),
  );
  const evaluate = ['evaluate', '--model', tinyBertFolder, '--data'];
  refuses(
    /bounds\.jsonl line 1: spans\[0\] runs from 0 to 9 in a text of 3/,
    ...evaluate,
    at('bounds.jsonl'),
  );
  refuses(/broken\.jsonl line 1: not a line of JSON/, ...evaluate, at('broken.jsonl'));
  refuses(/"epohcs" is not a key/, 'train', '--config', at('typo.json'), '--out', at('never'));
  refuses(/not a model folder/, 'compress', 'export', '--model', folder, '--out', at('never'));
  refuses(/is not empty/, 'reproduce', '--out', folder);
  assert.equal(existsSync(at('never')), false);
  assert.equal(existsSync(at('corpus.jsonl')), false);
});

test('doctor runs on any machine', () => {
  const report = json<{ node: string; data: { corpora: { name: string }[] } }>('doctor');
  assert.equal(report.node, process.versions.node);
  assert.ok(report.data.corpora.some(({ name }) => name === 'jnlpba'));
});

test("pretrain limits windows to the encoder's number of positions", () => {
  writeFileSync(at('long.txt'), `${'HeLa cells grow in the liver. '.repeat(100)}\n`.repeat(3));
  const { epochs } = json<{ epochs: { loss: number }[] }>(
    ...['pretrain', '--text', at('long.txt'), '--encoder', tinyBertFolder, '--out', at('pretrained')],
  );
  assert.ok(Number.isFinite(epochs[0].loss));
});

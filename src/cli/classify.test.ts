import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { loadClassifier } from '../inference';
import { tinyClassifier } from '../nn/tiny-classifier.fixture';
import { exportToOnnx } from '../onnx';
import { PROGRAM, writeFiles } from './annotate.fixture';

interface Line {
  id: string;
  label?: string;
  score?: number;
  labels?: { label: string; score: number }[];
}

function classify(line: string[], input: string | Buffer = ''): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [PROGRAM, 'classify', ...line], { input, encoding: 'utf8' });
}

const linesOf = (content: string): Line[] =>
  content
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

function folderWith(t: TestContext, files: Record<string, string | Uint8Array>): string {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFiles(folder, files);
  return folder;
}

function preparedClassifier(t: TestContext, options: Parameters<typeof tinyClassifier>[1] = {}): string {
  const model = tinyClassifier(t, { labels: ['transfer', 'card', 'cash'], ...options });
  exportToOnnx(model);
  return model;
}

test('lines, JSONL, tables, gzip and folders give each text in order, with its id or line number', async (t) => {
  const model = preparedClassifier(t);
  const folder = folderWith(t, {
    'a.txt': 'my card\r\n\r\nlost it\n',
    'b.jsonl': '{"text":"late","id":"seven"}\n\n{"text":"gone","more":[1]}\n{"id":8,"text":"ok"}\n',
    'c.csv': 'id,text\nfirst,"two\nlines, and a comma"\n,none\n',
    'd/e.tsv': 'text\tother\na "quote" inside\tx\n',
    'f.csv.gz': gzipSync('text;n\nsemi;1\n'),
    'g.png': 'no text',
    '.hidden.txt': 'nothing',
  });
  const { stdout, stderr, status } = classify([folder, '--model', model, '--workers', '2']);
  assert.equal(status, 0, stderr);
  const texts = [
    [join(folder, 'a.txt:1'), 'my card'],
    [join(folder, 'a.txt:3'), 'lost it'],
    ['seven', 'late'],
    [join(folder, 'b.jsonl:3'), 'gone'],
    ['8', 'ok'],
    ['first', 'two\nlines, and a comma'],
    [join(folder, 'c.csv:4'), 'none'],
    [join(folder, 'd/e.tsv:2'), 'a "quote" inside'],
    [join(folder, 'f.csv.gz:2'), 'semi'],
  ];
  await using classifier = await loadClassifier(model, { threads: 1 });
  const ranked = await classifier.classifyTexts(texts.map(([, text]) => text));
  const lines = linesOf(stdout);
  assert.deepEqual(
    lines.map(({ id, label }) => [id, label]),
    texts.map(([id], index) => [id, ranked[index][0].label]),
  );
  for (const [index, { score }] of lines.entries())
    assert.ok(Math.abs(score! - ranked[index][0].score) < 1e-6);
  assert.match(stderr, /Skipped 1 hidden files and folders/);
  assert.match(stderr, /Skipped 1 files of other kinds/);
});

test('standard input is read as lines, JSONL or, with --format, a table; --text names the key or column', (t) => {
  const model = preparedClassifier(t);
  const ids = (line: string[], input: string | Buffer) => {
    const { stdout, stderr, status } = classify(['--model', model, ...line], input);
    assert.equal(status, 0, stderr);
    return linesOf(stdout).map(({ id }) => id);
  };
  assert.deepEqual(ids([], 'one\ntwo'), ['-:1', '-:2']);
  assert.deepEqual(ids([], gzipSync('\ufeffone\n\n\ntwo\n')), ['-:1', '-:4']);
  assert.deepEqual(ids(['--text', 'body'], '{"body":"one"}\n{"body":"two","id":"b"}\n'), ['-:1', 'b']);
  assert.deepEqual(ids(['--text', 'body', '--format', 'table'], 'n,body\n1,one\n2,two\n'), ['-:2', '-:3']);
  assert.deepEqual(ids([], Buffer.from('\ufeffone\ntwo\n', 'utf16le')), ['-:1', '-:2']);
});

test('--top sets the number of labels; a multi-label classifier gives those above its thresholds', (t) => {
  const one = preparedClassifier(t);
  const [top] = linesOf(classify(['--model', one, '--top', '2'], 'my card').stdout);
  assert.deepEqual(Object.keys(top), ['id', 'labels']);
  assert.equal(top.labels!.length, 2);
  assert.ok(top.labels![0].score >= top.labels![1].score);
  const [single] = linesOf(classify(['--model', one], 'my card').stdout);
  assert.deepEqual({ label: single.label, score: single.score }, top.labels![0]);
  const threshold = { transfer: 0.0001, card: 0.0001, cash: 0.9999 };
  const several = preparedClassifier(t, { several: true, threshold });
  const [given] = linesOf(classify(['--model', several], 'my card').stdout);
  assert.deepEqual(given.labels!.map(({ label }) => label).sort(), ['card', 'transfer']);
  const [best] = linesOf(classify(['--model', several, '--top', '1'], 'my card').stdout);
  assert.equal(best.labels!.length, 1);
});

test('unusable lines are skipped, counted and reported, and the status is not zero', (t) => {
  const model = preparedClassifier(t);
  const folder = folderWith(t, {
    'a.jsonl':
      '{"text":"one"}\n{"text":""}\nnot JSON\n{"body":"x"}\n[1]\n{"text":"two","id":[]}\n{"text":"three"}\n',
    'b.csv': 'text,n\none,1\nonly one cell\n,2\nthree,3\n',
    'c.csv': 'body,n\none,1\n',
    'd.csv': 'text\nfine\n"a quote without its end\nmore\n',
    'e.txt': '%PDF-1.4\n',
    'f.txt': '',
    'g.jsonl': '{\n"text": "one value over lines"\n}\n',
    'h.txt': Buffer.from([0x61, 0x0a, 0xff, 0xfe, 0x62, 0x0a]),
    'i.tar.txt': '<article><body/></article>',
  });
  const { stdout, stderr, status } = classify([folder, '--model', model, '--workers', '1']);
  assert.equal(status, 1);
  const named = linesOf(stdout).map(({ id }) => id.slice(folder.length + 1));
  assert.deepEqual(named, ['a.jsonl:1', 'a.jsonl:7', 'b.csv:2', 'b.csv:5', 'd.csv:2', 'h.txt:1']);
  const told = [
    /a\.jsonl line 2: the text is empty/,
    /a\.jsonl line 3: not a line of JSON/,
    /a\.jsonl line 4: "text" must be a string; name the key of the text with --text/,
    /a\.jsonl line 5: not a JSON object/,
    /a\.jsonl line 6: "id" must be a string or a number/,
    /b\.csv line 3: has 1 cells where the header has 2 columns/,
    /b\.csv line 4: the text is empty/,
    /c\.csv line 1: the table has no column "text"; its columns are body, n; name one with --text/,
    /d\.csv line 3: a quote is not closed; correct the quotes/,
    /e\.txt: .*PDF/,
    /f\.txt: is empty/,
    /g\.jsonl: is one JSON value over several lines/,
    /h\.txt line 2: not UTF-8/,
    /i\.tar\.txt: holds documents with markup/,
  ];
  for (const pattern of told) assert.match(stderr, pattern);
  assert.match(stderr, /14 of 20 texts could not be used, as reported above; the others were processed/);
  for (const line of stderr.trim().split('\n')) assert.doesNotMatch(line, /\bat .*\.js:/);
});

test('a stopped run with --out is resumed only with the same inputs, texts and options', async (t) => {
  const model = preparedClassifier(t);
  const folder = folderWith(t, {});
  const input = join(folder, 'in.jsonl');
  const texts = Array.from({ length: 3000 }, (_, index) => `{"id":"${index}","text":"card ${index}"}\n`);
  writeFileSync(input, texts.join(''));
  const [whole, out] = [join(folder, 'whole.jsonl'), join(folder, 'out.jsonl')];
  const run = (...line: string[]) => classify([input, '--model', model, '--workers', '1', ...line]);
  const first = run('--out', whole, '--json');
  assert.equal(first.status, 0, first.stderr);
  assert.equal(JSON.parse(first.stdout).texts, 3000);
  assert.equal(linesOf(readFileSync(whole, 'utf8')).length, 3000);
  await killedAfterFirstStep([input, '--model', model, '--workers', '1', '--out', out], out);
  assert.ok(!existsSync(out) && existsSync(`${out}.part`));
  assert.match(run('--out', out).stderr, /add --resume to continue it/);
  assert.match(run('--out', out, '--resume', '--top', '2').stderr, /another model, other inputs or options/);
  const resumed = run('--out', out, '--resume');
  assert.equal(resumed.status, 0, resumed.stderr);
  assert.match(resumed.stderr, /Resuming after \d+ texts?/);
  assert.equal(readFileSync(out, 'utf8'), readFileSync(whole, 'utf8'));
  assert.match(run('--out', out, '--resume').stderr, /is complete already/);
  writeFileSync(input, texts.slice(1).join(''));
  assert.match(run('--out', out, '--resume').stderr, /was made from other inputs/);
  assert.ok(!existsSync(`${out}.part`) && !existsSync(`${out}.part.json`));
});

/** Kills a run after its first write. */
async function killedAfterFirstStep(line: string[], out: string): Promise<void> {
  const { spawn } = await import('node:child_process');
  const child = spawn(process.execPath, [PROGRAM, 'classify', ...line], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  while (!existsSync(`${out}.part.json`)) await new Promise((resolve) => setTimeout(resolve, 2));
  child.kill('SIGKILL');
  await ended;
}

test('a tagger, a missing option and an output path that is an input are rejected in one sentence', (t) => {
  const model = preparedClassifier(t);
  const folder = folderWith(t, { 'a.txt': 'one\n', 'b.png': '' });
  const file = join(folder, 'a.txt');
  const refused = (line: string[], pattern: RegExp) => {
    const { status, stderr, stdout } = classify(line);
    assert.notEqual(status, 0);
    assert.match(stderr, pattern);
    assert.equal(stdout, '');
  };
  refused([file, '--model', model, '--out', file], /is an input/);
  refused([file, '--model', join(folder, 'none')], /config\.json/);
  refused([join(folder, 'none.txt'), '--model', model], /there is no such file/);
  refused([file], /required option '--model/);
  assert.equal(readFileSync(file, 'utf8'), 'one\n');
});

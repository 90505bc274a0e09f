import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { sha256OfFile } from '../foundation';
import { NOTHING_DONE, ResumableOutput } from '../inference';
import { readSafetensors, writeSafetensors } from '../nn';
import { copyTinyBert } from '../nn/tiny-bert.fixture';
import { TOKENIZER_FILES } from '../tokenization';
import { annotate, linesOf, PROGRAM, preparedModel, writeFiles } from './annotate.fixture';

const TEXT = 'T cells and liver grew.';

test('an output path that would overwrite an input or cannot be written is rejected before any work', (t) => {
  const model = preparedModel(t);
  const folder = join(model, '..', 'work');
  writeFiles(folder, { 'a.txt': TEXT, 'sub/b.txt': TEXT });
  const a = join(folder, 'a.txt');
  symlinkSync('a.txt', join(folder, 'link.txt'));
  linkSync(a, join(folder, 'hard.txt'));
  symlinkSync('circle', join(folder, 'circle'));
  writeFileSync(join(folder, 'c.jsonl.part'), TEXT);
  const before = readdirSync(folder);
  const cases: [string[], RegExp][] = [
    [[a, '--out', a], /a\.txt: is an input .* would be overwritten/],
    [[a, '--out', join(folder, 'link.txt')], /is an input/],
    [[a, '--out', join(folder, 'hard.txt')], /is an input/],
    [[join(folder, 'c.jsonl.part'), '--out', join(folder, 'c.jsonl')], /c\.jsonl\.part: is an input/],
    [[a, '--out', join(model, 'config.json')], /is an input/],
    [[a, '--out', join(model, 'model.safetensors')], /is an input/],
    [[a, '--out', join(model, 'onnx', 'model.onnx')], /is an input/],
    [[folder, '--out', join(folder, 'sub', 'b.txt')], /b\.txt: is an input/],
    [[a, '--out', join(folder, 'sub')], /is a folder; name a file/],
    [[a, '--out', `${join(folder, 'new')}/`], /is a folder; name a file/],
    [[a, '--out', ''], /output path is empty/],
    [[a, '--out', join(a, 'x.jsonl')], /part of the path is a file/],
    [[a, '--out', join(folder, 'circle')], /circle/],
    [[a, '--out', join(folder, 'n'.repeat(250))], /name is too long/],
    [[a, '--out', join(folder, 'n'.repeat(300))], /name is too long/],
  ];
  for (const [line, message] of cases) {
    const { status, stderr, stdout } = annotate(['--model', model, ...line]);
    assert.equal(status, 1, line.join(' '));
    assert.match(stderr, message);
    assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    assert.equal(stdout, '');
  }
  assert.deepEqual(readdirSync(folder), before);
  assert.equal(readFileSync(a, 'utf8'), TEXT);
});

test('symbolic links are kept, and pipes and open descriptors are written to', {
  skip: process.platform === 'win32',
}, async (t) => {
  const model = preparedModel(t);
  const folder = join(model, '..', 'work');
  writeFiles(folder, { 'a.txt': TEXT, 'target.jsonl': 'old' });
  const line = (out: string, ...more: string[]) => [
    '--model',
    model,
    join(folder, 'a.txt'),
    '--out',
    out,
    ...more,
  ];
  const expected = annotate(['--model', model, join(folder, 'a.txt')]).stdout;
  symlinkSync('target.jsonl', join(folder, 'link.jsonl'));
  symlinkSync('later.jsonl', join(folder, 'open.jsonl'));
  for (const [link, target] of [
    ['link.jsonl', 'target.jsonl'],
    ['open.jsonl', 'later.jsonl'],
  ]) {
    const { status, stderr } = annotate(line(join(folder, link)));
    assert.equal(status, 0, stderr);
    assert.ok(lstatSync(join(folder, link)).isSymbolicLink());
    assert.equal(readFileSync(join(folder, target), 'utf8'), expected);
  }
  const pipe = join(folder, 'pipe.jsonl');
  assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
  const reader = spawn('cat', [pipe]);
  let received = '';
  reader.stdout.on('data', (data) => (received += data));
  const ended = once(reader, 'close');
  assert.equal(annotate(line(pipe)).status, 0);
  await ended;
  assert.equal(received, expected);
  assert.ok(lstatSync(pipe).isFIFO());
  assert.match(annotate(line(pipe, '--resume')).stderr, /is not a file, so its run cannot be resumed/);
  assert.equal(annotate(line('/dev/stdout')).stdout, expected);
  assert.deepEqual(readdirSync(folder), [
    'a.txt',
    'later.jsonl',
    'link.jsonl',
    'open.jsonl',
    'pipe.jsonl',
    'target.jsonl',
  ]);
});

test('symbolic links at the paths of temporary files are not followed', (t) => {
  const model = preparedModel(t);
  const folder = join(model, '..', 'work');
  writeFiles(folder, { 'a.txt': TEXT, victim: 'kept' });
  const out = join(folder, 'out.jsonl');
  const line = ['--model', model, join(folder, 'a.txt'), '--out', out];
  for (const ending of ['.part', '.part.inputs', '.lock']) symlinkSync('victim', out + ending);
  assert.equal(annotate(line).status, 0);
  assert.equal(linesOf(readFileSync(out, 'utf8')).length, 1);
  assert.ok(lstatSync(out).isFile());
  symlinkSync('victim', `${out}.part.json`);
  const { status, stderr } = annotate(line);
  assert.equal(status, 1);
  assert.match(stderr, /out\.jsonl\.part\.json: is not a regular file/);
  assert.equal(readFileSync(join(folder, 'victim'), 'utf8'), 'kept');
});

test('a second run with the same output is rejected while the first is writing', {
  timeout: 120_000,
}, async (t) => {
  const model = preparedModel(t);
  const folder = join(model, '..');
  const documents = Array.from({ length: 3000 }, (_, index) =>
    JSON.stringify({ id: `d${index}`, text: TEXT }),
  );
  writeFileSync(join(folder, 'in.jsonl'), documents.join('\n'));
  const out = join(folder, 'out.jsonl');
  const line = ['--model', model, '--workers', '1', '--out', out, join(folder, 'in.jsonl')];
  const first = spawn(process.execPath, [PROGRAM, 'annotate', ...line], { stdio: 'ignore' });
  const ended = once(first, 'exit');
  while (!existsSync(`${out}.part.json`)) await new Promise((resolve) => setTimeout(resolve, 5));
  first.kill('SIGSTOP');
  try {
    const { status, stderr } = annotate(line);
    assert.equal(status, 1);
    assert.match(stderr, /out\.jsonl: is in use by another run \(process \d+\)/);
  } finally {
    first.kill('SIGCONT');
  }
  assert.deepEqual(await ended, [0, null]);
  assert.equal(linesOf(readFileSync(out, 'utf8')).length, 3000);
});

test('a resumed run compares the finished part with the inputs by content', {
  timeout: 120_000,
}, async (t) => {
  const model = preparedModel(t);
  const folder = join(model, '..', 'work');
  const document = (id: string, text: string) => `${JSON.stringify({ id, text })}\n`;
  const many = Array.from({ length: 2500 }, (_, index) => document(`d${index}`, TEXT)).join('');
  writeFiles(folder, {
    'a.txt': TEXT,
    'b.jsonl': many,
    'c.xml': `<article><body><p>${TEXT}</p></body></article>`,
  });
  const out = join(folder, '..', 'out.jsonl');
  const line = (...more: string[]) => ['--model', model, '--workers', '1', '--out', out, ...more, folder];
  assert.equal(annotate(line()).status, 0);
  const whole = readFileSync(out, 'utf8');

  // A complete output counts as complete only for the inputs it was made from.
  assert.match(annotate(line('--resume')).stderr, /is complete already/);
  writeFiles(folder, { 'd.txt': TEXT });
  const added = annotate(line('--resume'));
  assert.equal(added.status, 1);
  assert.match(
    added.stderr,
    /is complete, but was made from other inputs \(line 2503 is not that of .*d\.txt\)/,
  );
  spawnSync('rm', [join(folder, 'd.txt')]);
  writeFiles(folder, { 'b.jsonl': many.replace('"d7"', '"x7"') });
  assert.match(annotate(line('--resume')).stderr, /line 9 is not that of .*b\.jsonl line 8/);
  writeFiles(folder, { 'b.jsonl': many, 'a.txt': 'S cells and liver grew.' });
  assert.match(annotate(line('--resume')).stderr, /a\.txt was changed later/);

  // A stopped run resumes only where the inputs it has finished are unchanged.
  writeFiles(folder, { 'a.txt': TEXT });
  spawnSync('rm', [out]);
  const child = spawn(process.execPath, [PROGRAM, 'annotate', ...line()], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  while (!existsSync(`${out}.part.json`)) await new Promise((resolve) => setTimeout(resolve, 1));
  child.kill('SIGKILL');
  await ended;
  assert.ok(!existsSync(out));
  for (const [files, message] of [
    [{ 'a.txt': 'S cells and liver grew.' }, /a\.txt: was changed since the stopped run read it; restore it/],
    [
      { 'a.txt': TEXT, 'b.jsonl': many.replace('liver', 'brain') },
      /b\.jsonl line 1: was changed since the stopped run read/,
    ],
    [
      { 'b.jsonl': document('d0', TEXT), 'c.xml': '' },
      /the inputs contain \d+ documents, but the stopped run had processed \d+|c\.xml: was changed/,
    ],
  ] as const) {
    writeFiles(folder, files as Record<string, string>);
    const { status, stderr } = annotate(line('--resume'));
    assert.equal(status, 1);
    assert.match(stderr, message);
    assert.ok(existsSync(`${out}.part`) && !existsSync(`${out}.lock`));
  }
  writeFiles(folder, { 'b.jsonl': many, 'c.xml': `<article><body><p>${TEXT}</p></body></article>` });
  // A partial output or journal that was changed since is rejected.
  const [part, journal] = [`${out}.part`, `${out}.part.json`];
  const [lines, noted] = [readFileSync(part), readFileSync(journal, 'utf8')];
  const { written, sources } = JSON.parse(noted);
  for (const changes of [
    { written: written - 1 },
    { sources: sources - 1 },
    { sources: 0 },
    { documents: 'x' },
  ]) {
    writeFileSync(journal, JSON.stringify({ ...JSON.parse(noted), ...changes }));
    assert.match(annotate(line('--resume')).stderr, /was changed since it was written/);
  }
  writeFileSync(journal, noted);
  writeFileSync(part, lines.toString().replace('liver', 'LIVER'));
  assert.match(annotate(line('--resume')).stderr, /was changed since it was written/);
  writeFileSync(part, lines);
  const { status, stderr } = annotate(line('--resume'));
  assert.equal(status, 0, stderr);
  assert.equal(readFileSync(out, 'utf8'), whole);
  assert.deepEqual(
    readdirSync(join(folder, '..')).filter((name) => name.startsWith('out')),
    ['out.jsonl'],
  );
});

test('an output inside the input folder is not read as an input', (t) => {
  const model = preparedModel(t);
  const folder = join(model, '..', 'work');
  writeFiles(folder, { 'a.txt': TEXT });
  mkdirSync(join(folder, 'sub'));
  const out = join(folder, 'sub', 'out.jsonl');
  for (let run = 0; run < 2; run++) {
    assert.equal(annotate(['--model', model, folder, '--out', out]).status, 0);
    assert.deepEqual(
      linesOf(readFileSync(out, 'utf8')).map(({ id }) => id),
      ['a'],
    );
  }
  const { status, stderr } = annotate(['--model', model, folder]);
  assert.equal(status, 1);
  assert.match(stderr, /out\.jsonl: holds the annotations that annotate writes, not texts/);
});

test('a change in sharded weights prevents resuming, as a change in a single file does', (t) => {
  const model = copyTinyBert(t);
  const tensors = [...readSafetensors(join(model, 'model.safetensors'))];
  rmSync(join(model, 'model.safetensors'));
  const shards = { 'a.safetensors': tensors.slice(0, 5), 'b.safetensors': tensors.slice(5) };
  for (const [name, part] of Object.entries(shards)) writeSafetensors(join(model, name), new Map(part));
  const weight_map = Object.fromEntries(
    Object.entries(shards).flatMap(([file, part]) => part.map(([name]) => [name, file])),
  );
  writeFiles(model, { 'model.safetensors.index.json': JSON.stringify({ weight_map }), 'in.txt': TEXT });
  const out = join(model, 'out.jsonl');
  // The state that a killed run leaves; everything else about the run is the same.
  const files = [...Object.keys(shards), 'config.json', ...TOKENIZER_FILES]
    .map((name) => join(model, name))
    .filter((path) => existsSync(path));
  const run = { inputs: [join(model, 'in.txt')], model: files.map(sha256OfFile), offsets: 'utf16' };
  const stopped = ResumableOutput.open(out, run, false)!;
  stopped.append('', NOTHING_DONE, new Uint8Array());
  stopped.close();
  const resume = () => annotate(['--model', model, '--out', out, '--resume', join(model, 'in.txt')]);
  const [[name, { shape, data }]] = shards['b.safetensors'];
  const changed = new Map(shards['b.safetensors']).set(name, { shape, data: data.map((value) => -value) });
  writeSafetensors(join(model, 'b.safetensors'), changed);
  assert.match(resume().stderr, /was started with another model/);
  writeSafetensors(join(model, 'b.safetensors'), new Map(shards['b.safetensors']));
  const { status, stderr } = resume();
  assert.equal(status, 0, stderr);
});

test('a model folder that contains a device is rejected before it is read', {
  skip: process.platform === 'win32',
}, (t) => {
  const model = preparedModel(t);
  rmSync(join(model, 'tokenizer.json'));
  symlinkSync('/dev/zero', join(model, 'tokenizer.json')); // endless: reading all of it would fill the memory
  writeFiles(model, { 'a.txt': TEXT });
  const { status, stderr } = annotate([
    '--model',
    model,
    join(model, 'a.txt'),
    '--out',
    join(model, 'out.jsonl'),
  ]);
  assert.equal(status, 1);
  assert.match(stderr, /tokenizer\.json: is not a regular file/);
});

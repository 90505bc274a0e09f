import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { InputError, projectRoot } from '../foundation';
import { DEFAULT_MODEL, defaultModelFolder, type Entity } from '../inference';
import { annotate, linesOf, PROGRAM, preparedModel } from './annotate.fixture';
import { progressLine } from './corpus-progress';

test('every input format gives one line per document, with offsets in either unit', (t) => {
  const model = preparedModel(t);
  const folder = join(model, '..', 'articles');
  const text = '🧬 T cells, p.V600E and liver';
  mkdirSync(folder);
  writeFileSync(join(folder, 'a.txt'), text);
  writeFileSync(
    join(folder, 'b.jsonl'),
    `${JSON.stringify({ id: 'b1', text })}\n{"id":"b2","text":"liver"}\n`,
  );
  writeFileSync(join(folder, 'c.xml'), `<article><body><p>${text}</p></body></article>`);
  writeFileSync(join(folder, 'd.txt.gz'), gzipSync(text));
  const out = join(model, '..', 'new', 'entities.jsonl');
  const { status, stderr, stdout } = annotate(['--model', model, '--out', out, '--json', folder]);
  assert.equal(status, 0, stderr);
  assert.equal(JSON.parse(stdout).documents, 5);
  const documents = linesOf(readFileSync(out, 'utf8'));
  assert.deepEqual(
    documents.map(({ id }) => id),
    ['a', 'b1', 'b2', 'c', 'd'],
  );
  assert.deepEqual(readdirSync(join(out, '..')), ['entities.jsonl']);
  const [{ entities }, ...others] = documents;
  assert.ok(entities.length > 0);
  for (const { id, entities: same } of others) if (id !== 'b2') assert.equal(same.length, entities.length);
  for (const { start, end, text: mention } of entities) assert.equal(text.slice(start, end), mention);
  const counted = annotate(['--model', model, '--offsets', 'codepoints'], text);
  assert.equal(counted.status, 0, counted.stderr);
  const [{ entities: inPoints }] = linesOf(counted.stdout);
  assert.ok(inPoints.length > 0);
  for (const { start, end, text: mention } of inPoints) {
    assert.equal(Array.from(text).slice(start, end).join(''), mention);
  }
});

test('hundreds of file arguments with long paths are accepted', (t) => {
  const model = preparedModel(t);
  const folder = join(model, '..', 'a-folder-with-a-name'.repeat(8));
  mkdirSync(folder);
  const files = Array.from({ length: 600 }, (_, index) => join(folder, `${index}.txt`));
  for (const file of files) writeFileSync(file, 'liver');
  const { status, signal, stderr, stdout } = annotate(['--model', model, ...files]);
  assert.equal(signal, null);
  assert.equal(status, 0, stderr);
  assert.equal(linesOf(stdout).length, files.length);
});

test('damaged documents are skipped, each reported in one sentence, and the status is not zero', (t) => {
  const model = preparedModel(t);
  const folder = join(model, '..', 'articles');
  mkdirSync(folder);
  writeFileSync(join(folder, 'a.txt'), 'T cells');
  writeFileSync(join(folder, 'b.xml'), '<article><p>');
  writeFileSync(join(folder, 'c.txt'), Buffer.from([0xff, 0x61]));
  writeFileSync(
    join(folder, 'd.jsonl'),
    '{"id":"d1","text":"T cells"}\n{"id":"d2",\n{"id":"d3","text":"liver"}\n',
  );
  writeFileSync(join(folder, 'e.txt'), '\n');
  for (const out of [join(model, '..', 'out.jsonl'), undefined]) {
    const { status, stderr, stdout } = annotate(['--model', model, ...(out ? ['--out', out] : []), folder]);
    assert.notEqual(status, 0);
    assert.deepEqual(
      linesOf(out ? readFileSync(out, 'utf8') : stdout).map(({ id }) => id),
      ['a', 'd1', 'd3'],
    );
    const reported = stderr.split('\n').filter((line) => line.startsWith(folder));
    assert.equal(reported.length, 4, stderr);
    ['b.xml', 'c.txt line 1', 'd.jsonl line 2', 'e.txt'].forEach((place, index) => {
      assert.ok(reported[index].startsWith(`${join(folder, place)}`), reported[index]);
    });
    assert.match(stderr, /falconframes: 4 of 7 documents could not be used.*the others were processed\n$/);
  }
  const out = join(model, '..', 'none.jsonl');
  const { status, stderr } = annotate(['--model', model, '--out', out, join(folder, 'e.txt')]);
  assert.notEqual(status, 0);
  assert.match(stderr, /falconframes: the only document could not be used, as reported above\n$/);
  assert.ok(!existsSync(out) && !existsSync(`${out}.part`));
});

test('a run that is killed and resumed writes the same file as an uninterrupted run', {
  timeout: 120_000,
}, async (t) => {
  const model = preparedModel(t);
  const input = join(model, '..', 'in.jsonl');
  const documents = Array.from({ length: 3000 }, (_, index) => {
    if (index % 400 === 20) return '{"id":';
    const text = `${'T cells and liver grew. '.repeat(1 + (index % 3))}End ${index}.`;
    return JSON.stringify({ id: `d${index}`, text });
  });
  writeFileSync(input, documents.join('\n'));
  const line = (out: string) => ['--model', model, '--workers', '2', '--out', out, input];
  const whole = join(model, '..', 'whole.jsonl');
  assert.match(annotate(line(whole)).stderr, /8 of 3000 documents could not/);

  const out = join(model, '..', 'out.jsonl');
  const journal = `${out}.part.json`;
  const documentsDone = () => (existsSync(journal) ? JSON.parse(readFileSync(journal, 'utf8')).documents : 0);
  let kills = 0;
  for (let run = 0; run < 2; run++) {
    const before = documentsDone();
    const child = spawn(process.execPath, [PROGRAM, 'annotate', ...line(out), '--resume'], {
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    while (child.exitCode === null && documentsDone() === before) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    child.kill('SIGKILL');
    const [, signal] = await ended;
    if (signal === 'SIGKILL') kills++;
    assert.ok(!existsSync(out));
  }
  assert.equal(kills, 2);
  assert.ok(documentsDone() > 0 && documentsDone() < 2992, `${documentsDone()} documents at the last kill`);
  writeFileSync(`${out}.part`, '{"id":"cut off in the mi', { flag: 'a' });
  // The same command without --resume would discard the work; a different command cannot resume it.
  assert.match(annotate(line(out)).stderr, /holds \d+ documents of a stopped run; add --resume/);
  const other = annotate([...line(out), '--resume', '--offsets', 'codepoints']);
  assert.match(other.stderr, /was started with another model, other inputs or options/);
  const last = annotate([...line(out), '--resume']);
  assert.match(last.stderr, /8 of 3000 documents could not/);
  assert.equal(readFileSync(out, 'utf8'), readFileSync(whole, 'utf8'));
  assert.ok(!existsSync(`${out}.part`) && !existsSync(journal));
  assert.match(
    annotate([...line(out), '--resume']).stderr,
    /is complete already, .* remove it to annotate again/,
  );
});

test('the default model is the small model of the package, which finds all four classes', () => {
  assert.equal(DEFAULT_MODEL, join(projectRoot, 'models', 'falconframes-small'));
  const text =
    'We treated HeLa cells and primary hepatocytes. Tumours of the liver that carried BRAF p.V600E did not respond.';
  const { status, stdout } = annotate([], text);
  assert.equal(status, 0);
  const { entities } = JSON.parse(stdout) as { entities: Entity[] };
  assert.deepEqual(
    entities.map(({ label, text }) => [label, text]),
    [
      ['Cell Line', 'HeLa'],
      ['Cell', 'hepatocytes'],
      ['Organ Tissue', 'liver'],
      ['Gene Mutations', 'p.V600E'],
    ],
  );
});

test('a package without its model is reported', (t) => {
  const model = preparedModel(t);
  assert.equal(defaultModelFolder(model), model);
  rmSync(join(model, 'onnx'), { recursive: true });
  assert.throws(
    () => defaultModelFolder(model),
    (error: Error) => error instanceof InputError && /--model/.test(error.message),
  );
});

test('invalid options, paths and models are rejected before anything is written', (t) => {
  const model = preparedModel(t);
  const out = join(model, '..', 'never.jsonl');
  const input = join(model, 'config.json');
  const cases: [string[], RegExp][] = [
    [['--workers', '0', input], /at least 1/],
    [['--offsets', 'bytes', input], /bytes/],
    [['--model', model, join(model, 'no-such-file')], /no-such-file: cannot be read, there is no such file/],
    [['--model', model, '--resume', input], /--resume needs --out/],
    [['--model', join(model, '..'), input], /not a model folder/],
    [['--precision', 'fp32', input], /has eight-bit weights only, .*leave out --precision fp32/],
  ];
  for (const [line, message] of cases) {
    const { status, stderr, stdout } = annotate(line.includes('--resume') ? line : ['--out', out, ...line]);
    assert.notEqual(status, 0, line.join(' '));
    assert.match(stderr, message);
    assert.equal(stdout, '');
    assert.ok(!existsSync(out) && !existsSync(`${out}.part`), line.join(' '));
  }
});

test('counts of one are in the singular; --json without --out is said to have no effect', (t) => {
  const model = preparedModel(t);
  const input = join(model, '..', 'one.txt');
  writeFileSync(input, 'T cells');
  const out = join(model, '..', 'one.jsonl');
  assert.match(annotate(['--model', model, '--out', out, input]).stderr, /^1 document, 1 sentence, /m);
  const { status, stdout, stderr } = annotate(['--model', model, '--json', input]);
  assert.equal(status, 0, stderr);
  assert.equal(stdout, readFileSync(out, 'utf8'));
  assert.match(stderr, /^--json has no effect without --out FILE/m);
});

test('an output where no files can be made is named as it was given', { skip: !existsSync('/proc') }, (t) => {
  const model = preparedModel(t);
  const input = join(model, 'config.json');
  const { status, stderr } = annotate(['--model', model, '--out', '/proc/x.jsonl', input]);
  assert.equal(status, 1);
  assert.match(stderr, /falconframes: \/proc\/x\.jsonl: cannot be written, /);
});

test('progress shows the rates and the remaining time of this run only', () => {
  const totals = (documents: number, bytes: number) => ({
    sources: documents,
    documents,
    sentences: 10 * documents,
    entities: 0,
    damaged: 0,
    bytes,
  });
  assert.equal(
    progressLine(totals(1500, 3000), totals(500, 1000), { bytes: 10_000, seconds: 50, items: 'documents' }),
    '1,500 documents (30%), 20 documents/s, 200 sentences/s, 2:55 min left',
  );
  assert.equal(
    progressLine(totals(5, 0), totals(0, 0), { bytes: 0, seconds: 2, items: 'documents' }),
    '5 documents, 2.5 documents/s, 25 sentences/s',
  );
  assert.equal(
    progressLine(totals(5, 0), totals(0, 0), { bytes: 0, seconds: 2, items: 'texts' }),
    '5 texts, 2.5 texts/s',
  );
});

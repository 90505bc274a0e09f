// Runs each script of examples/ with its defaults, as a reader would. Trains four small models, which requires the set-up.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './places.mjs';

const { readLabelledTexts, readSentences } = createRequire(import.meta.url)('falconframes');
const examples = join(root, 'examples');
const scripts = readdirSync(examples).filter((name) => name.endsWith('.mjs'));

/** Returns a script's output, run in an empty folder, and a reader of the files it wrote. */
function run(t, name) {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes examples '));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const command = [join(examples, name)];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
  assert.deepEqual(readdirSync(folder), ['runs']);
  const linesOf = (file) =>
    readFileSync(join(folder, 'runs', file), 'utf8')
      .trim()
      .split('\n')
      .map(JSON.parse);
  return { stdout, folder: join(folder, 'runs'), linesOf };
}

test('a script has at most 30 lines, imports the library only by name, and is in the list', () => {
  assert.equal(scripts.length, 5);
  const list = readFileSync(join(examples, 'README.md'), 'utf8');
  for (const name of scripts) {
    const source = readFileSync(join(examples, name), 'utf8');
    assert.ok(source.trimEnd().split('\n').length <= 30, name);
    for (const [, from] of source.matchAll(/^import .* from '(.*)';$/gm))
      assert.match(from, /^(?:node:[a-z]+|falconframes(?:\/[a-z]+)?)$/, name);
    assert.ok(list.includes(`(${name})`), name);
  }
});

test('no text is in two parts of the data, and mentions are whole words', () => {
  const readers = { cooking: readSentences, messages: readLabelledTexts };
  for (const [folder, read] of Object.entries(readers)) {
    const items = ['train', 'dev', 'test'].flatMap((part) =>
      read(join(examples, 'data', folder, `${part}.jsonl`)),
    );
    assert.equal(items.length, 120);
    assert.equal(new Set(items.map(({ text }) => text)).size, 120);
    for (const { text, spans = [] } of items)
      for (const { start, end } of spans)
        assert.match(
          `${text.slice(0, start)}<${text.slice(start, end)}>${text.slice(end)}`,
          /(^| )<\S.*\w>\W/,
        );
  }
});

/** Matches the printed mention of a text, as `console.log` shows objects. */
const mention = (text, label) => new RegExp(`label: '${label}',\\s+text: '${text}'`);

test('own_labels.mjs finds a food that is in no training sentence', (t) => {
  const { stdout } = run(t, 'own_labels.mjs');
  assert.doesNotMatch(readFileSync(join(examples, 'data', 'cooking', 'train.jsonl'), 'utf8'), /halloumi/);
  assert.match(stdout, mention('halloumi', 'ingredient'));
  assert.match(stdout, mention('five minutes', 'duration'));
  const scores = [...stdout.matchAll(/F1 (\S+) on the test sentences/g)].map(([, f1]) => Number(f1));
  assert.equal(scores.length, 3);
  assert.ok(Math.min(...scores) > 0.7, stdout);
});

test('classify.mjs ranks the right label first', (t) => {
  const { stdout } = run(t, 'classify.mjs');
  assert.match(stdout, /\[\s+\{ label: 'lost property', score: 0\.[6-9]/);
  assert.ok(Number(stdout.match(/accuracy (\S+),/)[1]) >= 0.8, stdout);
});

test('annotate_folder.mjs annotates all files in the order of their names', (t) => {
  const { stdout, linesOf } = run(t, 'annotate_folder.mjs');
  const lines = linesOf('notes.jsonl');
  assert.deepEqual(
    lines.map(({ file }) => file),
    ['cell_lines.txt', 'mutations.txt', 'tissues.txt'],
  );
  for (const { file, entities } of lines) {
    const text = readFileSync(join(examples, 'data', 'notes', file), 'utf8');
    for (const entity of entities) assert.equal(text.slice(entity.start, entity.end), entity.text);
  }
  assert.match(stdout, /^mutations.txt: V600E \(Gene Mutations\)/m);
});

test('distil_and_quantize.mjs makes a model a fifth of the size that still finds the food', (t) => {
  const { stdout, folder } = run(t, 'distil_and_quantize.mjs');
  const sizes = [...stdout.matchAll(/: (\d+\.\d) MB/g)].map(([, size]) => Number(size));
  assert.equal(sizes.length, 3);
  assert.ok(sizes[2] < sizes[0] / 5, stdout);
  assert.ok(existsSync(join(folder, 'student', 'onnx', 'model_quantized.onnx')));
  assert.match(stdout, mention('halloumi', 'ingredient'));
});

test('corpus_scale.mjs counts what it wrote', (t) => {
  const { stdout, linesOf } = run(t, 'corpus_scale.mjs');
  const lines = linesOf('corpus.jsonl');
  assert.equal(lines.length, 21);
  const cells = lines.flatMap(({ entities }) => entities).filter(({ label }) => label === 'Cell');
  assert.match(stdout, new RegExp(`│ Cell +│ ${cells.length} `));
  assert.match(stdout, /documents: 21,/);
});

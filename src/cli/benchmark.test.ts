import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Command } from 'commander';
import type { BenchmarkRow } from '../benchmark';
import { InputError, type Sentence, writeSentences } from '../foundation';
import { copyTinyBert } from '../nn/tiny-bert.fixture';
import { exportToOnnx, quantizeFolder } from '../onnx';
import { registerBenchmark } from './benchmark';

const run = (...line: string[]) => {
  const program = new Command().exitOverride();
  registerBenchmark(program);
  return program.parseAsync(['benchmark', ...line], { from: 'user' });
};

const SENTENCE: Sentence = {
  article: 'A',
  section: '',
  paragraph: 0,
  offset: 0,
  text: 'T cells and liver grew.',
  spans: [{ start: 0, end: 7, label: 'Cell' }],
  annotated: ['Cell'],
};

test('the models of a folder give a table as CSV and JSON, and a figure', async (t) => {
  const model = copyTinyBert(t);
  exportToOnnx(model);
  quantizeFolder(model);
  rmSync(join(model, 'model.safetensors')); // without TensorFlow, which may not be installed
  const data = join(model, 'gold.jsonl');
  writeSentences(data, [SENTENCE, { ...SENTENCE, text: `${SENTENCE.text} So did others.` }]);
  const out = join(model, 'out');
  t.mock.method(process.stdout, 'write', () => true);
  await run('--model', model, '--data', data, '--out', out, '--runs', '5');
  t.mock.restoreAll();
  assert.deepEqual(readdirSync(out).sort(), ['benchmark.csv', 'benchmark.json', 'benchmark.png']);
  const rows: BenchmarkRow[] = JSON.parse(readFileSync(join(out, 'benchmark.json'), 'utf8'));
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['tiny-bert ONNX fp32', 'tiny-bert ONNX int8'],
  );
  assert.ok(rows[1].megabytes < rows[0].megabytes);
  assert.equal(readFileSync(join(out, 'benchmark.csv'), 'utf8').trimEnd().split('\n').length, 3);
  rmSync(join(model, 'onnx'), { recursive: true });
  await assert.rejects(run('--model', model, '--data', data), InputError);
});

test('folders with the same name are labelled by their paths; a file without sentences is reported', async (t) => {
  const folders = [copyTinyBert(t), copyTinyBert(t)];
  for (const folder of folders) {
    exportToOnnx(folder);
    rmSync(join(folder, 'model.safetensors'));
  }
  const data = join(folders[0], 'gold.jsonl');
  writeSentences(data, [SENTENCE]);
  const out = join(folders[0], 'out');
  t.mock.method(process.stdout, 'write', () => true);
  await run('--model', ...folders, '--data', data, '--out', out, '--runs', '2');
  t.mock.restoreAll();
  const rows: BenchmarkRow[] = JSON.parse(readFileSync(join(out, 'benchmark.json'), 'utf8'));
  assert.deepEqual(
    rows.map(({ name }) => name),
    folders.map((folder) => `${folder} ONNX fp32`),
  );
  const empty = join(folders[0], 'empty.jsonl');
  writeFileSync(empty, '');
  await assert.rejects(run('--model', folders[0], '--data', empty), /empty\.jsonl: /);
});

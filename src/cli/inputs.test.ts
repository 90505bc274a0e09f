import assert from 'node:assert/strict';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Command } from 'commander';
import { registerBenchmark } from './benchmark';
import { registerEvaluate } from './evaluate';
import { checkDistinct, filesOf } from './inputs';

const folder = mkdtempSync(join(tmpdir(), 'inputs-'));
after(() => rmSync(folder, { recursive: true }));

const gold = join(folder, 'gold.jsonl');
const link = join(folder, 'link.jsonl');
const again = join(folder, 'again.jsonl');
const content = `${JSON.stringify({ article: 'A', section: '', paragraph: 0, offset: 0, text: 'T cells', spans: [], annotated: [] })}\n`;
writeFileSync(gold, content);
symlinkSync(gold, link);
linkSync(gold, again);

const run = (...line: string[]) => {
  const program = new Command().exitOverride();
  registerEvaluate(program);
  registerBenchmark(program);
  return program.parseAsync(line, { from: 'user' });
};
const refused = (message: RegExp, ...line: string[]) =>
  assert.rejects(run(...line), { name: 'InputError', message });

test('the same file under two names is rejected as given twice', () => {
  checkDistinct([gold, folder, join(folder, 'none')], '--data');
  for (const other of [gold, link, join(folder, '.', 'gold.jsonl'), `${folder}//gold.jsonl`])
    assert.throws(() => checkDistinct([gold, other], '--data'), /is given twice to --data.*; name it once$/);
  assert.deepEqual(filesOf(join(folder, 'none')), []);
});

test('the files of a model exclude other files in its folder', () => {
  const model = join(folder, 'model');
  mkdirSync(join(model, 'onnx'), { recursive: true });
  const own = ['config.json', 'vocab.txt', 'model-00001-of-2.safetensors', join('onnx', 'model.onnx')];
  for (const name of [...own, 'errors.html', 'out.jsonl.part', 'benchmark.json'])
    writeFileSync(join(model, name), '');
  assert.deepEqual(filesOf(model).sort(), own.map((name) => join(model, name)).sort());
});

test('evaluate and benchmark reject bad outputs and duplicate inputs before any model is opened', async () => {
  const model = join(folder, 'none');
  await refused(/is an input/, 'evaluate', '--model', model, '--data', gold, '--html', gold);
  await refused(/is an input/, 'evaluate', '--model', model, '--data', gold, '--html', link);
  await refused(/is an input/, 'evaluate', '--model', model, '--data', gold, '--html', again);
  const config = join(folder, 'config.json');
  writeFileSync(config, '');
  await refused(/is an input/, 'evaluate', '--model', folder, '--data', '/dev/null', '--html', config);
  rmSync(config);
  await refused(/is a folder; name a file/, 'evaluate', '--model', model, '--data', gold, '--html', folder);
  await refused(
    /part of the path is a file/,
    'evaluate',
    '--model',
    model,
    '--data',
    gold,
    '--html',
    join(gold, 'x'),
  );
  await refused(/given twice to --data/, 'evaluate', '--model', model, '--data', gold, link);
  await refused(/given twice to --model/, 'benchmark', '--model', model, model, '--data', gold);
  await refused(/given twice to --data/, 'benchmark', '--model', model, '--data', gold, gold);
  await refused(/is not a folder/, 'benchmark', '--model', model, '--data', gold, '--out', gold);
  symlinkSync(gold, join(folder, 'benchmark.csv'));
  await refused(/is an input/, 'benchmark', '--model', model, '--data', gold, '--out', folder);
  rmSync(join(folder, 'benchmark.csv'));
  assert.equal(readFileSync(gold, 'utf8'), content);
  assert.ok(!existsSync(model));
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Command } from 'commander';
import { registerScore } from './score';

const folder = mkdtempSync(join(tmpdir(), 'falconframes-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const run = (...line: string[]) => {
  const program = new Command().exitOverride();
  registerScore(program);
  return program.parseAsync(['score', ...line], { from: 'user' });
};

test('score prints the report of two files in different formats', async (t) => {
  const gold = join(folder, 'gold.conll');
  const predicted = join(folder, 'predicted.jsonl');
  writeFileSync(gold, 'HeLa NN B-A\ncells NNS I-A\n\nof IN O\n');
  writeFileSync(predicted, '["B-A","I-A"]\n["I-B"]\n');
  let printed = '';
  t.mock.method(process.stdout, 'write', (text: string) => {
    printed += text;
    return true;
  });
  await run('--gold', gold, '--pred', predicted, '--json');
  const report = JSON.parse(printed);
  printed = '';
  await run('--gold', gold, '--pred', predicted, '--mode', 'strict', '--scheme', 'IOB2');
  t.mock.restoreAll();
  assert.deepEqual(Object.keys(report), ['A', 'B', 'micro avg', 'macro avg', 'weighted avg']);
  assert.deepEqual(report['micro avg'], { precision: 0.5, recall: 1, 'f1-score': 2 / 3, support: 1 });
  assert.match(printed, /micro avg +1\.0000 +1\.0000 +1\.0000 +1\n/);
  writeFileSync(predicted, '["B-A"]\n["O"]\n');
  await assert.rejects(run('--gold', gold, '--pred', predicted), {
    name: 'InputError',
    message: /predicted\.jsonl line 1: sentence 1 has 1 tags, but 2 in .*gold\.conll line 1/,
  });
});

import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { copyTinyBert } from '../nn/tiny-bert.fixture';
import { Tokenizer } from '../tokenization';
import { exportToOnnx } from './export';

test('another folder gets a tokenizer.json, even if the model was published with vocab.txt alone', async (t) => {
  const folder = copyTinyBert(t);
  const out = join(folder, '..', 'deployed');
  const path = join(folder, 'tokenizer.json');
  const { vocab } = JSON.parse(readFileSync(path, 'utf8')).model as { vocab: Record<string, number> };
  const inOrder = Object.entries(vocab).sort(([, one], [, other]) => one - other);
  const text = 'T cells (p53).';
  const before = await new Tokenizer(folder).encode([text]);
  rmSync(path);
  writeFileSync(join(folder, 'vocab.txt'), inOrder.map(([token]) => `${token}\n`).join(''));
  exportToOnnx(folder, out);
  assert.ok(existsSync(join(out, 'tokenizer.json')) && existsSync(join(out, 'vocab.txt')));
  assert.deepEqual(await new Tokenizer(out).encode([text]), before);
  assert.ok(!existsSync(path));
});

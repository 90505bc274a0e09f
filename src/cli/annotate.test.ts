import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { Command } from 'commander';
import { InputError } from '../foundation';
import type { Entity } from '../inference';
import { copyTinyBert } from '../nn/tiny-bert';
import { registerAnnotate } from './annotate';
import { registerCompress } from './compress';

async function run(...line: string[]): Promise<void> {
  const program = new Command().exitOverride();
  registerCompress(program);
  registerAnnotate(program);
  await program.parseAsync(line, { from: 'user' });
}

/** A model folder that the commands exported and quantized. */
async function preparedModel(t: TestContext): Promise<string> {
  const folder = copyTinyBert(t);
  t.mock.method(process.stdout, 'write', () => true);
  await run('compress', 'export', '--model', folder);
  await run('compress', 'quantize', '--model', folder);
  t.mock.restoreAll();
  return folder;
}

test('files of any format in, one line a document out, offsets in either unit', async (t) => {
  const model = await preparedModel(t);
  const place = (name: string) => join(model, name);
  const text = '🧬 T cells, p.V600E and liver';
  writeFileSync(place('a.txt'), text);
  writeFileSync(place('b.jsonl'), `${JSON.stringify({ id: 'b1', text })}\n{"id":"b2","text":"liver"}\n`);
  writeFileSync(place('c.xml'), `<article><body><p>${text}</p></body></article>`);
  const files = ['a.txt', 'b.jsonl', 'c.xml'].map(place);
  const linesOf = async (...options: string[]) => {
    await run('annotate', '--model', model, '--out', place('out.jsonl'), ...options, ...files);
    const lines = readFileSync(place('out.jsonl'), 'utf8').trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as { id: string; entities: Entity[] });
  };
  const documents = await linesOf();
  assert.deepEqual(
    documents.map(({ id }) => id),
    ['a', 'b1', 'b2', 'c'],
  );
  const [{ entities }, second, , article] = documents;
  assert.ok(entities.length > 0);
  assert.deepEqual(second.entities, entities);
  assert.deepEqual(article.entities, entities);
  for (const { start, end, text: mention } of entities) assert.equal(text.slice(start, end), mention);
  const [counted] = await linesOf('--offsets', 'codepoints');
  for (const { start, end, text: mention } of counted.entities) {
    assert.equal(Array.from(text).slice(start, end).join(''), mention);
  }
});

test('a malformed line is told with its file and number, and leaves no file', async (t) => {
  const model = await preparedModel(t);
  const input = join(model, 'in.jsonl');
  writeFileSync(input, '{"id":"a","text":"T cells"}\n{"id":"b",\n');
  const out = join(model, 'out', 'entities.jsonl');
  await assert.rejects(
    run('annotate', '--model', model, '--out', out, input),
    (error: Error) => error instanceof InputError && error.message.startsWith(`${input} line 2: `),
  );
  assert.ok(!existsSync(out));
  assert.deepEqual(readdirSync(join(model, 'out')), []);
});

test('options out of range are refused', async (t) => {
  t.mock.method(process.stderr, 'write', () => true);
  for (const wrong of [
    ['--threads', '0'],
    ['--threads', 'two'],
    ['--offsets', 'bytes'],
  ]) {
    await assert.rejects(run('annotate', '--model', 'm', ...wrong), { exitCode: 1 });
  }
});

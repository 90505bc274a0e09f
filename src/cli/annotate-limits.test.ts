import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { annotate, linesOf, PROGRAM, preparedModel, writeFiles } from './annotate.fixture';

test('a document that needs more memory than a worker has is skipped; the others are annotated', {
  timeout: 120_000,
}, (t) => {
  const model = preparedModel(t);
  const folder = join(model, '..', 'work');
  writeFiles(folder, { 'a.txt': 'T cells', 'm.txt': 'A cell. '.repeat(250_000), 'z.txt': 'liver' });
  const line = ['--max-old-space-size=32', PROGRAM, 'annotate', '--model', model, '--workers', '1', folder];
  const { status, stderr, stdout } = spawnSync(process.execPath, line, { encoding: 'utf8' });
  assert.equal(status, 1, stderr);
  assert.match(stderr, /m\.txt: needs more memory than a worker has; split it/);
  assert.deepEqual(
    linesOf(stdout).map(({ id }) => id),
    ['a', 'z'],
  );
});

test('closing the output pipe ends the run silently with status 0', async (t) => {
  const model = preparedModel(t);
  const input = join(model, '..', 'in.jsonl');
  const line = JSON.stringify({ id: 'a', text: 'T cells and liver grew. '.repeat(20) });
  writeFileSync(input, `${line}\n`.repeat(2000));
  const child = spawn(process.execPath, [PROGRAM, 'annotate', '--model', model, input]);
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  await once(child.stdout, 'data');
  child.stdout.destroy();
  assert.deepEqual(await once(child, 'close'), [0, null]);
  assert.doesNotMatch(stderr, /falconframes|Error/);
});

test('a full disk is reported with the path', { skip: process.platform !== 'linux' }, (t) => {
  const model = preparedModel(t);
  const input = join(model, '..', 'a.txt');
  writeFileSync(input, 'T cells');
  const { status, stderr } = annotate(['--model', model, '--out', '/dev/full', input]);
  assert.equal(status, 1);
  assert.equal(
    stderr,
    'falconframes: /dev/full: cannot be written, no space is left on the device; make room\n',
  );
});

test('the program exits when it rejects standard input that is still open', {
  timeout: 60_000,
}, async (t) => {
  const model = preparedModel(t);
  const child = spawn(process.execPath, [PROGRAM, 'annotate', '--model', model]);
  child.stdin.on('error', () => {}); // the program may have ended
  child.stdin.write(Buffer.concat([Buffer.from('%PDF-1.4\n'), Buffer.alloc(1 << 17, 'x')]));
  assert.deepEqual(await once(child, 'exit'), [1, null]);
  child.stdin.destroy();
});

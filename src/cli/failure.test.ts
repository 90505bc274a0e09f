import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { tinyBertFolder } from '../nn/tiny-bert.fixture';

const folder = mkdtempSync(join(tmpdir(), 'failure-'));
after(() => rmSync(folder, { recursive: true }));
const program = join(__dirname, 'index.js');
const run = (...options: string[]) =>
  spawnSync(process.execPath, [program, ...options], { cwd: folder, encoding: 'utf8' });

test('an impossible output path is rejected in one sentence before any work', () => {
  writeFileSync(join(folder, 'file'), '');
  const commands = [
    ['compress', 'export', '--model', tinyBertFolder, '--out', 'file'],
    ['compress', 'trim', '--model', tinyBertFolder, '--texts', 'file', '--out', tinyBertFolder],
    ['compress', 'prune', '--model', tinyBertFolder, '--data', 'file', '--out', join('file', 'x')],
    ['reproduce', '--out', 'file'],
  ];
  for (const command of commands) {
    const { status, stderr, stdout } = run(...command);
    assert.equal(status, 1, command.join(' '));
    assert.match(stderr, /^falconframes: .*(is not a folder|is an input|is a file).*; (name|choose).*\n$/);
    assert.equal(stdout, '');
  }
});

test('control characters from input are escaped in messages', () => {
  const { status, stderr } = run('annotate', '--model', 'no\u001b[31m\u009bmodel', 'file');
  assert.equal(status, 1);
  assert.match(stderr, /no\\x1b\[31m\\x9bmodel/);
  assert.doesNotMatch(stderr.trimEnd(), /\p{Cc}/u);
});

test('a closed output pipe is not a failure', () => {
  const line = '{ "$0" "$1" corpus --list --json; echo "status $?" >&2; } | true';
  const { stderr } = spawnSync('sh', ['-c', line, process.execPath, program], { encoding: 'utf8' });
  assert.equal(stderr, 'status 0\n');
});

test('a failure ends the command with its status even if standard error cannot be written', {
  skip: process.platform !== 'linux',
}, () => {
  const line = 'exec "$0" "$1" annotate nothing.txt 2>/dev/full';
  const { status, signal } = spawnSync('sh', ['-c', line, process.execPath, program], { timeout: 60_000 });
  assert.deepEqual([status, signal], [1, null]);
});

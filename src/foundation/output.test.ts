import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { LineWriter } from './line-writer';
import { nameOfLeftover, OutputFile, writeFileAtomically } from './output-file';
import { checkOutputFile, checkOutputFolder } from './output-path';

const folder = mkdtempSync(join(tmpdir(), 'output-'));
after(() => rmSync(folder, { recursive: true }));
const at = (...names: string[]) => join(folder, ...names);
/** A device like `/dev/null`, but inside the test folder, so that nothing outside it is at risk. */
const refused = (pattern: RegExp) => ({ name: 'InputError', message: pattern });

test('an input is never accepted as output: by its name, a link, a hard link or another spelling', () => {
  writeFileSync(at('in.txt'), 'text');
  symlinkSync('in.txt', at('link.txt'));
  symlinkSync(at('link.txt'), at('link-of-link.txt'));
  execFileSync('ln', [at('in.txt'), at('hard.txt')]);
  mkdirSync(at('sub'));
  for (const output of ['in.txt', 'link.txt', 'link-of-link.txt', 'hard.txt', join('sub', '..', 'in.txt')]) {
    assert.throws(
      () => checkOutputFile(at(output), [at('in.txt')]),
      refused(/is an input .* would be overwritten/),
    );
    assert.throws(() => checkOutputFile(at('in.txt'), [at(output)]), refused(/is an input/));
  }
  symlinkSync('loop', at('loop'));
  writeFileSync(at('other.txt'), '');
  checkOutputFile(at('other.txt'), [at('in.txt'), at('not-there.txt'), at('loop')]);
  assert.throws(() => checkOutputFolder(at('sub'), [at('sub', '.')]), refused(/is an input/));
  checkOutputFolder(at('sub'), [at('in.txt')]);
});

test('an unwritable output is rejected before the work, and nothing is created', () => {
  mkdirSync(at('folder'));
  writeFileSync(at('file'), '');
  symlinkSync('circle-2', at('circle-1'));
  symlinkSync('circle-1', at('circle-2'));
  const before = readdirSync(folder);
  assert.throws(() => checkOutputFile(''), refused(/is empty; name a file/));
  assert.throws(() => checkOutputFile(at('folder')), refused(/is a folder; name a file in it/));
  assert.throws(() => checkOutputFile(`${at('new')}/`), refused(/is a folder; name a file/));
  assert.throws(() => checkOutputFile(at('file', 'x')), refused(/part of the path is a file/));
  assert.throws(() => checkOutputFile(at('file', 'x', 'y')), refused(/part of the path is a file|is a file/));
  assert.throws(() => checkOutputFile(at('circle-1')), refused(/links form a cycle/));
  assert.throws(() => checkOutputFile(at('n'.repeat(300))), refused(/name is too long/));
  for (const check of [checkOutputFile, checkOutputFolder])
    assert.throws(() => check(at('new', 'n'.repeat(300), 'x')), refused(/name is too long/));
  assert.throws(() => checkOutputFile(at('a\0b')), refused(/NUL character/));
  assert.throws(() => checkOutputFolder(at('file')), refused(/is not a folder/));
  assert.throws(() => checkOutputFolder(at('file', 'x')), refused(/is a file|part of the path/));
  assert.throws(() => checkOutputFolder(''), refused(/is empty; name a folder/));
  checkOutputFile(at('new', 'deep', 'file'));
  checkOutputFolder(at('new', 'deep'));
  assert.deepEqual(readdirSync(folder), before);
});

test('a socket is rejected', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(at('socket'), resolve));
  assert.throws(() => checkOutputFile(at('socket')), refused(/is a socket; name a file/));
  await new Promise((resolve) => server.close(resolve));
});

test('a link remains a link: its target is replaced, or created if missing', () => {
  writeFileSync(at('target.txt'), 'old');
  symlinkSync('target.txt', at('to-target'));
  symlinkSync(join('sub-of-link', 'new.txt'), at('to-nothing'));
  const writer = new LineWriter(at('to-target'));
  writer.write('new');
  assert.equal(readFileSync(at('target.txt'), 'utf8'), 'old');
  writer.finish();
  writeFileAtomically(at('to-nothing'), 'made');
  assert.equal(readFileSync(at('target.txt'), 'utf8'), 'new\n');
  assert.equal(readFileSync(at('sub-of-link', 'new.txt'), 'utf8'), 'made');
  assert.ok(lstatSync(at('to-target')).isSymbolicLink() && lstatSync(at('to-nothing')).isSymbolicLink());
});

test('a pipe is written to and remains a pipe', async () => {
  execFileSync('mkfifo', [at('pipe')]);
  const reader = spawn('cat', [at('pipe')]);
  let read = '';
  reader.stdout.on('data', (chunk) => {
    read += chunk;
  });
  const ended = new Promise((resolve) => reader.on('close', resolve));
  checkOutputFile(at('pipe'));
  const writer = new LineWriter(at('pipe'));
  writer.write('x'.repeat(200_000));
  writer.finish();
  await ended;
  assert.equal(read, `${'x'.repeat(200_000)}\n`);
  assert.ok(lstatSync(at('pipe')).isFIFO());
});

test('/dev/stdout appends to a file that the shell opened for appending', () => {
  writeFileSync(at('appended'), 'before\n');
  const program = `require(${JSON.stringify(join(__dirname, 'output-file.js'))}).writeFileAtomically('/dev/stdout', 'after\\n')`;
  execFileSync('sh', ['-c', `"$0" -e "$1" >> "$2"`, process.execPath, program, at('appended')]);
  assert.equal(readFileSync(at('appended'), 'utf8'), 'before\nafter\n');
});

test('a full device is reported', () => {
  if (!existsSync('/dev/full')) return;
  checkOutputFile('/dev/full');
  assert.throws(() => writeFileAtomically('/dev/full', 'x'), refused(/no space is left/));
});

test('a planted link is not followed, permissions and a long name are kept, leftovers are recognized by name', () => {
  writeFileSync(at('mode'), '');
  chmodSync(at('mode'), 0o640);
  writeFileAtomically(at('mode'), 'x');
  assert.equal(statSync(at('mode')).mode & 0o777, 0o640);
  writeFileAtomically(at('secret'), 'x', 0o600);
  assert.equal(statSync(at('secret')).mode & 0o777, 0o600);
  const long = 'ü'.repeat(120);
  writeFileAtomically(at(long), 'x');
  assert.equal(readFileSync(at(long), 'utf8'), 'x');

  const before = readdirSync(folder);
  const file = new OutputFile(at('result'));
  const [temporary] = readdirSync(folder).filter((name) => !before.includes(name));
  assert.equal(nameOfLeftover(temporary), 'result');
  assert.equal(nameOfLeftover('result'), undefined);
  file.discard();
  assert.deepEqual(readdirSync(folder), before);
});

test('a later write of the same file deletes only the leftovers of killed processes for that file', () => {
  const place = join(folder, 'leftovers');
  mkdirSync(place);
  const program = `new (require(${JSON.stringify(join(__dirname, 'output-file.js'))}).OutputFile)(process.argv[1]); process.kill(process.pid, 'SIGKILL')`;
  for (const name of ['result', 'other']) spawnSync(process.execPath, ['-e', program, join(place, name)]);
  const leftovers = readdirSync(place);
  assert.deepEqual(leftovers.map(nameOfLeftover), ['other', 'result']);
  const [ofOther, ofResult] = leftovers;
  const kept = [
    ofOther,
    ofResult.replace(/-\d+-/, `-${process.pid}-`), // of a running process
    ofResult.replace(/\.[0-9a-f]{8}-/, '.00000000-'), // of another machine
    'result.0123abcd.partial',
  ];
  for (const name of kept) writeFileSync(join(place, name), 'x');
  writeFileAtomically(join(place, 'result'), 'new');
  assert.deepEqual(readdirSync(place).sort(), [...kept, 'result'].sort());
});

test('files derived from the old content are deleted with it, and kept if the new content cannot be written', () => {
  mkdirSync(at('derived'));
  for (const name of ['x', 'y']) writeFileSync(at('derived', name), '');
  writeFileSync(at('source'), 'old');
  const failed = new OutputFile(at('source'));
  failed.write(Buffer.from('new'));
  failed.discard();
  assert.ok(existsSync(at('derived', 'x')));
  const file = new OutputFile(at('source'));
  file.write(Buffer.from('new'));
  assert.ok(existsSync(at('derived', 'x')));
  file.finish([at('derived', 'x')]);
  assert.deepEqual(readdirSync(at('derived')), ['y']);
  assert.equal(readFileSync(at('source'), 'utf8'), 'new');
});

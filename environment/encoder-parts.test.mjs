// Each test fetches a small encoder in three parts, in a copy of the set-up whose pip takes wheels from a folder and fails as planned.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { pretrainedEncoder } from './encoder.mjs';
import { root, venvPython } from './places.mjs';

const CONFIG = '{"model_type":"bert"}\n';
const WEIGHTS = Buffer.from(Array.from({ length: 50_000 }, (_, index) => (index * index) % 251));
const FILES = { 'config.json': Buffer.from(CONFIG), 'model.safetensors': WEIGHTS };

/** Zips files, cuts the zip into three parts, and puts each into a wheel. */
const PUBLISH = `
import sys, zipfile
out, *files = sys.argv[1:]
with zipfile.ZipFile(out + '/whole.zip', 'w', zipfile.ZIP_DEFLATED) as archive:
    for file in files: archive.write(file, 'encoder/' + file.split('/')[-1])
whole = open(out + '/whole.zip', 'rb').read()
third = len(whole) // 3
for number in (1, 2, 3):
    with zipfile.ZipFile(f'{out}/part_{number}-1.0-py3-none-any.whl', 'w', zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr(f'part_{number}/zip.00{number}', whole[third * (number - 1) : third * number if number < 3 else None])
`;

/** Python, whose \`-m pip download\` does what the first line of plan.txt says; without a line, it downloads. */
const PIP = `
import os, shutil, sys, time
folder = os.environ['FAKE_INDEX']
arguments = sys.argv[1:]
if arguments[:3] != ['-m', 'pip', 'download']:
    if os.path.exists(folder + '/full'): sys.exit('OSError: [Errno 28] No space left on device')
    os.execv(os.environ['REAL_PYTHON'], ['python', *arguments])
package = arguments[-1].split('==')[0].replace('-', '_')
with open(folder + '/asked.txt', 'a') as asked: asked.write(package + '\\n')
plan = open(folder + '/plan.txt').read().splitlines() if os.path.exists(folder + '/plan.txt') else []
open(folder + '/plan.txt', 'w').write('\\n'.join(plan[1:]))
does = plan[0] if plan else 'download'
name = package + '-1.0-py3-none-any.whl'
wheel = os.path.join(arguments[arguments.index('--dest') + 1], name)
if does == 'offline': sys.exit("WARNING: Retrying after connection broken by 'NewConnectionError'\\nERROR: No matching distribution found for x")
if does == 'unknown': sys.exit('ERROR: No matching distribution found for x')
if does == 'full': sys.exit('ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device')
if does == 'broken': sys.exit('Traceback: pip is broken')
if does == 'nothing': sys.exit(0)
content = open(f'{folder}/{name}', 'rb').read()
if does == 'half': content = content[: len(content) // 2]
if does == 'other': content = bytes([content[0] ^ 1]) + content[1:]
with open(os.environ['TMPDIR'] + '/unfinished', 'wb') as unfinished:
    unfinished.write(content[:100])
    unfinished.flush()
    if does == 'slow': time.sleep(0.6)
    if does == 'endless': time.sleep(60)
os.remove(os.environ['TMPDIR'] + '/unfinished')
open(wheel, 'wb').write(content)
`;

const sha256 = (content) => createHash('sha256').update(content).digest('hex');
const describe = (path) => ({ bytes: statSync(path).size, sha256: sha256(readFileSync(path)) });

/** A copy of the set-up with an encoder in three parts. `changes` to its entry in the registry. */
function setUpCopy(t, { plan = [], changes = {} } = {}) {
  const copy = mkdtempSync(join(tmpdir(), 'falconframes parts '));
  t.after(() => rmSync(copy, { recursive: true, force: true }));
  cpSync(join(root, 'environment'), join(copy, 'environment'), { recursive: true });
  const index = join(copy, 'index');
  mkdirSync(index);
  mkdirSync(join(copy, 'models'));
  for (const [name, content] of Object.entries(FILES)) writeFileSync(join(index, name), content);
  const python = realpathSync(venvPython);
  const files = Object.keys(FILES);
  const { status, stderr } = spawnSync(python, [
    '-c',
    PUBLISH,
    index,
    ...files.map((name) => join(index, name)),
  ]);
  assert.equal(status, 0, String(stderr));
  const model = {
    ...{ name: 'encoder', folder: 'pretrained/encoder' },
    source: {
      ...{ version: '1.0', folder: 'encoder' },
      parts: [1, 2, 3].map((number) => ({
        package: `part-${number}`,
        file: `part_${number}/zip.00${number}`,
        ...describe(join(index, `part_${number}-1.0-py3-none-any.whl`)),
      })),
    },
    files: files.map((name) => ({ name, ...describe(join(index, name)) })),
    ...changes,
  };
  writeFileSync(join(copy, 'models', 'registry.json'), JSON.stringify({ encoders: [model] }));
  mkdirSync(join(copy, '.venv', 'bin'), { recursive: true });
  writeFileSync(join(index, 'pip.py'), PIP);
  const quoted = (path) => `'${path}'`;
  const fake = `#!/bin/sh\nexport FAKE_INDEX=${quoted(index)} REAL_PYTHON=${quoted(python)}\nexec ${quoted(python)} ${quoted(join(index, 'pip.py'))} "$@"\n`;
  writeFileSync(join(copy, '.venv', 'bin', 'python'), fake, { mode: 0o755 });
  writeFileSync(join(index, 'plan.txt'), plan.join('\n'));
  const module = pathToFileURL(join(copy, 'environment', 'encoder-parts.mjs')).href;
  return {
    copy,
    plan: (...lines) => writeFileSync(join(index, 'plan.txt'), lines.join('\n')),
    asked: () => readFileSync(join(index, 'asked.txt'), 'utf8').trim().split('\n'),
    pretrained: join(copy, 'models', 'pretrained'),
    async fetch(progress = () => {}) {
      const { fetchEncoder } = await import(module);
      return fetchEncoder('encoder', progress);
    },
    /** The same in another process. */
    start: () =>
      spawn(process.execPath, [
        '--input-type=module',
        '-e',
        `import { fetchEncoder } from ${JSON.stringify(module)}; await fetchEncoder('encoder', (done, total, note) => console.log(note));`,
      ]),
  };
}

const ALL = ['part_1', 'part_2', 'part_3'];

function assertInPlace({ pretrained }) {
  assert.deepEqual(readdirSync(pretrained), ['encoder']);
  assert.deepEqual(readdirSync(join(pretrained, 'encoder')).sort(), ['.checked', ...Object.keys(FILES)]);
  for (const [name, content] of Object.entries(FILES))
    assert.ok(readFileSync(join(pretrained, 'encoder', name)).equals(content), name);
}

test('an encoder in parts is fetched once, with its progress, and nothing else is left', async (t) => {
  const setUp = setUpCopy(t, { plan: ['slow'] });
  const seen = [];
  await setUp.fetch((done, total, note) => seen.push([done, total, note]));
  assertInPlace(setUp);
  const [, total] = seen[0];
  assert.deepEqual(seen[0], [0, total, 'bytes, part 1 of 3']);
  assert.ok(seen.some(([done]) => done === 100)); // bytes that pip had while it worked on the first part
  assert.deepEqual(seen.at(-1), [total, total, 'bytes, unpacking']);
  assert.ok(seen.every(([done], index) => index === 0 || done >= seen[index - 1][0]));
  await setUp.fetch();
  assert.deepEqual(setUp.asked(), ALL);
});

for (const damage of ['half', 'other', 'nothing'])
  test(`a part that arrives damaged once is downloaded again: ${damage}`, async (t) => {
    const setUp = setUpCopy(t, { plan: ['download', damage] });
    await setUp.fetch();
    assertInPlace(setUp);
    assert.deepEqual(setUp.asked(), ['part_1', 'part_2', 'part_2', 'part_3']);
  });

test('after a failure, whole parts are kept and the next run downloads the others', async (t) => {
  const setUp = setUpCopy(t, { plan: ['download', 'half', 'half'] });
  await assert.rejects(setUp.fetch(), {
    name: 'SetupError',
    message: /^part_2-1\.0-py3-none-any\.whl .* \(its checksum differs\)/,
  });
  assert.deepEqual(readdirSync(setUp.pretrained), ['encoder.parts']);
  assert.deepEqual(readdirSync(join(setUp.pretrained, 'encoder.parts')), ['part-1.whl']);
  await setUp.fetch();
  assertInPlace(setUp);
  assert.deepEqual(setUp.asked(), ['part_1', 'part_2', 'part_2', 'part_2', 'part_3']);
});

test('a part that lost its end on this disk, or was changed, is downloaded again', async (t) => {
  const setUp = setUpCopy(t, { plan: ['download', 'download', 'offline'] });
  await assert.rejects(setUp.fetch());
  const part = (number) => join(setUp.pretrained, 'encoder.parts', `part-${number}.whl`);
  truncateSync(part(1), 100);
  const changed = readFileSync(part(2));
  changed[50] ^= 1;
  writeFileSync(part(2), changed);
  await setUp.fetch();
  assertInPlace(setUp);
  assert.deepEqual(setUp.asked(), [...ALL, ...ALL]);
});

const failures = [
  ['offline', /^the Python package index cannot be reached; connect to the network/],
  ['unknown', /^the Python package index that pip uses has no part-1 1\.0; use another index/],
  ['full', /^the disk is full; free about 0\.\d GB/],
];
for (const [plan, message] of failures)
  test(`a failure is reported in one sentence, without a retry: ${plan}`, async (t) => {
    const setUp = setUpCopy(t, { plan: [plan] });
    await assert.rejects(setUp.fetch(), { name: 'SetupError', message });
    assert.deepEqual(setUp.asked(), ['part_1']);
    assert.deepEqual(readdirSync(join(setUp.pretrained, 'encoder.parts')), []);
  });

test('a disk that is full when everything is downloaded: making room is all that is left to do', async (t) => {
  const setUp = setUpCopy(t);
  const full = join(setUp.copy, 'index', 'full');
  writeFileSync(full, '');
  const message = /^the disk is full; free about 0\.\d GB .* keeps the parts downloaded so far/;
  await assert.rejects(setUp.fetch(), { name: 'SetupError', message });
  rmSync(full);
  await setUp.fetch();
  assertInPlace(setUp);
  assert.deepEqual(setUp.asked(), ALL);
});

test('a pip that fails for another reason leaves its output in a log', async (t) => {
  const setUp = setUpCopy(t, { plan: ['broken'] });
  await assert.rejects(setUp.fetch(), {
    name: 'CommandError',
    message: /ended with status 1; its output is in .*pip-part-1\.log$/,
  });
});

test('without a Python environment, the command that makes one is named', async (t) => {
  const setUp = setUpCopy(t);
  rmSync(join(setUp.copy, '.venv'), { recursive: true });
  await assert.rejects(setUp.fetch(), {
    name: 'SetupError',
    message: /no Python environment yet; run `npm run setup`/,
  });
});

test('a file of another content than the registry names is not put in place', async (t) => {
  const files = Object.entries(FILES).map(([name, { length: bytes }]) => ({
    name,
    bytes,
    sha256: sha256(''),
  }));
  const setUp = setUpCopy(t, { changes: { files } });
  await assert.rejects(setUp.fetch(), {
    name: 'SetupError',
    message: /^config\.json of encoder is not the file that models\/registry\.json names/,
  });
  assert.ok(!existsSync(join(setUp.pretrained, 'encoder')));
});

test('two processes that fetch at once: one waits, and each part is downloaded once', async (t) => {
  const setUp = setUpCopy(t, { plan: ['slow', 'slow'] });
  const both = [setUp.start(), setUp.start()];
  const outputs = both.map((child) => {
    t.after(() => child.kill('SIGKILL'));
    const output = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => output.push(text));
    return output;
  });
  const ends = await Promise.all(both.map((child) => once(child, 'close')));
  assert.deepEqual(
    ends.map(([status]) => status),
    [0, 0],
    outputs.join('\n'),
  );
  assert.equal(outputs.filter((output) => /waiting for it/.test(output.join(''))).length, 1);
  assertInPlace(setUp);
  assert.deepEqual(setUp.asked(), ALL);
});

for (const signal of ['SIGKILL', 'SIGINT'])
  test(`after a fetch was ended by ${signal}, its pip has ended too or is ended, and the next one resumes`, async (t) => {
    const setUp = setUpCopy(t, { plan: ['download', 'endless'] });
    const killed = setUp.start();
    t.after(() => killed.kill('SIGKILL'));
    const unfinished = join(setUp.pretrained, 'encoder.parts', 'part-2.whl.part', 'unfinished');
    while (!existsSync(unfinished) && killed.exitCode === null) await sleep(20);
    killed.kill(signal);
    assert.deepEqual(await once(killed, 'close'), [null, signal]);
    await setUp.fetch();
    assertInPlace(setUp);
    assert.deepEqual(setUp.asked(), ['part_1', 'part_2', 'part_2', 'part_3']);
  });

test('after a fetch was killed, of several that wait for it one resumes at a time', async (t) => {
  const setUp = setUpCopy(t, { plan: ['endless'] });
  const killed = setUp.start();
  t.after(() => killed.kill('SIGKILL'));
  const unfinished = join(setUp.pretrained, 'encoder.parts', 'part-1.whl.part', 'unfinished');
  while (!existsSync(unfinished) && killed.exitCode === null) await sleep(20);
  const waiting = [1, 2, 3, 4].map(() => setUp.start());
  const locked = waiting.map((child) => {
    t.after(() => child.kill('SIGKILL'));
    return once(child.stdout, 'data'); // It waits.
  });
  await Promise.all(locked);
  setUp.plan('slow', 'slow', 'slow');
  killed.kill('SIGKILL');
  const ends = await Promise.all(waiting.map((child) => once(child, 'close')));
  assert.deepEqual(
    ends.map(([status]) => status),
    [0, 0, 0, 0],
  );
  assertInPlace(setUp);
  assert.deepEqual(setUp.asked(), ['part_1', ...ALL]);
});

test('the set-up installs the encoders that are one package, and none that is fetched when named', () => {
  const { encoders } = JSON.parse(readFileSync(join(root, 'models', 'registry.json'), 'utf8'));
  const [inParts, whole] = [true, false].map((parts) =>
    encoders.filter(({ source }) => Boolean(source.parts) === parts).map(({ folder }) => folder),
  );
  assert.deepEqual(inParts, ['pretrained/all-mpnet-base-v2']);
  assert.equal(pretrainedEncoder.plan(), whole.join(', '));
});

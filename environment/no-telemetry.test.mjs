// No dependency may write identifiers or events into the user's folders.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { noTelemetry, root } from './places.mjs';

const model = join(root, 'models', 'falconframes-tiny');
const dist = join(root, 'dist');

/** Returns the content of a user's home folder after running a program without any variable that disables telemetry. */
function homeAfter(t, args) {
  const scratch = mkdtempSync(join(tmpdir(), 'falconframes-telemetry-'));
  t.after(() => rmSync(scratch, { recursive: true, force: true }));
  const home = join(scratch, 'home');
  mkdirSync(home);
  const text = join(scratch, 'text.txt');
  writeFileSync(text, 'HeLa cells carry the mutation V600E.\n');
  const env = { ...process.env, HOME: home };
  for (const name of [...Object.keys(noTelemetry), 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME'])
    delete env[name];
  const command = args.map((argument) => (argument === 'TEXT' ? text : argument));
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    env,
    cwd: scratch,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return { stdout, files: readdirSync(home, { recursive: true }) };
}

test('the command leaves nothing in the home folder of a user who annotates a text', (t) => {
  const bin = join(root, 'environment', 'falconframes.cjs');
  const { stdout, files } = homeAfter(t, [bin, 'annotate', '--model', model, 'TEXT']);
  assert.match(stdout, /HeLa/);
  assert.deepEqual(files, []);
});

test('nor does a program that imports the library, also in a thread that it starts', (t) => {
  const script = `
    const { loadAnnotator } = require(${JSON.stringify(dist)});
    const { Worker } = require('node:worker_threads');
    const annotate = async () => {
      const annotator = await loadAnnotator(${JSON.stringify(model)});
      console.log(JSON.stringify(await annotator.annotate('HeLa cells grew.')));
    };
    annotate().then(() => {
      const source = 'const { loadAnnotator } = require(' + ${JSON.stringify(JSON.stringify(dist))} + ');(' + annotate + ')();';
      new Worker(source, { eval: true });
    });`;
  const { stdout, files } = homeAfter(t, ['-e', script]);
  assert.equal(stdout.match(/"text":"HeLa/g)?.length, 2, stdout);
  assert.deepEqual(files, []);
});

test('every module that opens sessions of ONNX Runtime turns telemetry off when it is loaded', (t) => {
  const sources = readdirSync(join(root, 'src'), { recursive: true }).filter(
    (name) =>
      name.endsWith('.ts') &&
      !/\.(test|bench)\.ts$/.test(name) &&
      /import \{.*\bInferenceSession\b.*\} from 'onnxruntime-node'/.test(
        readFileSync(join(root, 'src', name), 'utf8'),
      ),
  );
  assert.ok(sources.length > 0);
  for (const name of sources) {
    const compiled = join(dist, name.replace(/\.ts$/, '.js'));
    const script = `require(${JSON.stringify(compiled)}); console.log(process.env.ORT_DISABLE_TELEMETRY)`;
    assert.equal(homeAfter(t, ['-e', script]).stdout, '1\n', name);
  }
});

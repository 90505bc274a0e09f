import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';

const script = `
  const { Command } = require('commander');
  const program = new Command();
  require(${JSON.stringify(join(__dirname, 'doctor.js'))}).registerDoctor(program);
  program.parse(['doctor', ...process.argv.slice(1)], { from: 'user' });`;

function doctor(options: string[], environment = {}, nodeOptions: string[] = []) {
  return spawnSync(process.execPath, [...nodeOptions, '-e', script, '--', ...options], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
}

test('reports the machine and the speed of matrix products in TensorFlow', () => {
  const { status, stdout } = doctor(['--json']);
  assert.equal(status, 0);
  const findings = JSON.parse(stdout);
  assert.equal(findings.node, process.versions.node);
  assert.match(findings.tensorflow.version, /^\d+\.\d+\.\d+/);
  assert.equal(findings.tensorflow.backend, 'tensorflow');
  assert.ok(findings.tensorflow.matmul.gflops > 0);
  assert.equal(findings.notebooks.kernel, true);
  const [encoder] = findings.encoders;
  assert.deepEqual(
    [encoder.name, encoder.present, encoder.architecture, encoder.layers, encoder.defect],
    ['minilm-l6-h384-uncased', true, 'bert', 6, undefined],
  );
  assert.ok(findings.data.corpora.length > 0);
});

test('lists encoders with their size, and a broken one of the cache with its defect', (t) => {
  const cache = mkdtempSync(join(tmpdir(), 'falconframes-doctor-'));
  t.after(() => rmSync(cache, { recursive: true }));
  const broken = join(cache, 'models', 'someone--broken');
  mkdirSync(broken, { recursive: true });
  writeFileSync(join(broken, 'config.json'), '{"model_type": "gpt2"}');
  const { status, stdout } = doctor([], { FALCONFRAMES_CACHE: cache });
  assert.equal(status, 0);
  assert.match(
    stdout,
    /minilm-l6-h384-uncased: bert, 6 layers of 384, 22\.6 million parameters, 91\.\d MB on disk$/m,
  );
  assert.ok(
    stdout.includes(
      `someone/broken: 0.0 MB on disk, cached from the hub in ${broken}; cannot be trained: config.json: the model type is "gpt2"\n`,
    ),
    stdout,
  );
  assert.match(stdout, /all-mpnet-base-v2: (?:not here yet; .* downloads 404\.5 MB$|.*43\d\.\d MB on disk)/m);
});

test('reports that native TensorFlow is missing, with the other findings', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-doctor-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const hidden = join(folder, 'hide.cjs');
  writeFileSync(
    hidden,
    `const Module = require('node:module');
     const load = Module._load;
     Module._load = (name, ...rest) => {
       if (name === '@tensorflow/tfjs-node-gpu') throw new Error('the addon is missing');
       return load(name, ...rest);
     };`,
  );
  const { status, stdout } = doctor([], {}, ['--require', hidden]);
  assert.equal(status, 0);
  assert.match(
    stdout,
    /native TensorFlow cannot be loaded \(the addon is missing\); run `npx falconframes setup`/,
  );
  assert.match(stdout, /notebook kernel/);
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';

const script = `
  const { Command } = require('commander');
  const program = new Command();
  require(${JSON.stringify(join(__dirname, 'doctor.js'))}).registerDoctor(program);
  program.parse(['doctor', ...process.argv.slice(1)], { from: 'user' });`;

function doctor(nodeOptions: string[], ...options: string[]) {
  return spawnSync(process.execPath, [...nodeOptions, '-e', script, '--', ...options], { encoding: 'utf8' });
}

test('reports the machine and the speed of matrix products in TensorFlow', () => {
  const { status, stdout } = doctor([], '--json');
  assert.equal(status, 0);
  const findings = JSON.parse(stdout);
  assert.equal(findings.node, process.versions.node);
  assert.match(findings.tensorflow.version, /^\d+\.\d+\.\d+/);
  assert.equal(findings.tensorflow.backend, 'tensorflow');
  assert.ok(findings.tensorflow.matmul.gflops > 0);
  assert.equal(findings.notebooks.kernel, true);
  assert.ok(findings.encoders.every((encoder: { present: boolean }) => encoder.present));
  assert.ok(findings.data.corpora.length > 0);
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
  const { status, stdout } = doctor(['--require', hidden]);
  assert.equal(status, 0);
  assert.match(
    stdout,
    /native TensorFlow cannot be loaded \(the addon is missing\); run `npx falconframes setup`/,
  );
  assert.match(stdout, /notebook kernel/);
});

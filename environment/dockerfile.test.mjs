import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './places.mjs';

/** The instructions of each stage, by its name. */
function stages() {
  const file = readFileSync(join(root, 'environment', 'Dockerfile'), 'utf8');
  const instructions = file.replaceAll('\\\n', ' ').match(/^[A-Z]+ .*$/gm);
  const found = {};
  let stage;
  for (const line of instructions) {
    const [, from, name] = line.match(/^FROM (\S+) AS (\S+)$/) ?? [];
    if (name) found[name] = { from, lines: [] };
    stage = name ?? stage;
    found[stage].lines.push(line);
  }
  return found;
}

test('every stage is the project of an unprivileged user, and the last is that for processors', () => {
  const { project, gpu, cpu, ...others } = stages();
  assert.deepEqual(others, {});
  assert.deepEqual([project.from, gpu.from, cpu.from], ['node:22-bookworm', 'project', 'project']);
  assert.equal(Object.keys(stages()).at(-1), 'cpu');
  const all = [project, gpu, cpu].flatMap(({ lines }) => lines);
  assert.deepEqual(
    all.filter((line) => line.startsWith('USER ')),
    ['USER node'],
  );
  const at = (start) => project.lines.findIndex((line) => line.startsWith(start));
  assert.ok(at('USER ') < at('COPY --chown=node:node '));
});

test('every stage starts Jupyter, which requires its token', () => {
  for (const { lines } of [stages().gpu, stages().cpu]) {
    assert.match(lines.at(-1), /^CMD .*jupyter/);
    assert.doesNotMatch(lines.at(-1), /allow-root|token|password/);
    // The form that passes signals on.
    assert.doesNotThrow(() => JSON.parse(lines.at(-1).slice('CMD '.length)));
  }
});

test('the stage for GPUs sets up where the device is visible, and checks it', () => {
  const { lines } = stages().gpu;
  assert.match(lines.at(-1), /npm run setup && npm run gpu-check && exec /);
  assert.ok(!lines.some((line) => line.startsWith('RUN ') && line.includes('npm run setup')));
});

test('the fleet: Redis keeps what it is given, and nothing is reachable from outside but the dashboard, on this machine', () => {
  const file = readFileSync(join(root, 'environment', 'compose.yaml'), 'utf8');
  assert.match(file, /command: redis-server --appendonly yes --maxmemory-policy noeviction$/m);
  assert.match(file, /^ {6}replicas: 3$/m);
  assert.deepEqual(file.match(/^ {6}- [\d.:]+$/gm), ['      - 127.0.0.1:3000:3000']);
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './places.mjs';

test('the container runs as an unprivileged user who owns the project, and Jupyter requires its token', () => {
  const file = readFileSync(join(root, 'environment', 'Dockerfile'), 'utf8');
  const instructions = file.replaceAll('\\\n', ' ').match(/^[A-Z]+ .*$/gm);
  const at = (start) => instructions.findIndex((line) => line.startsWith(start));
  assert.deepEqual(
    instructions.filter((line) => line.startsWith('USER ')),
    ['USER node'],
  );
  assert.ok(
    at('USER ') < at('COPY --chown=node:node ') && at('COPY ') < at('RUN PIP_NO_CACHE_DIR=1 npm run setup'),
  );
  assert.match(instructions.at(-1), /^CMD .*jupyter/);
  assert.doesNotMatch(instructions.at(-1), /allow-root|token|password/);
});

test('the fleet: Redis keeps what it is given, and nothing is reachable from outside but the dashboard, on this machine', () => {
  const file = readFileSync(join(root, 'environment', 'compose.yaml'), 'utf8');
  assert.match(file, /command: redis-server --appendonly yes --maxmemory-policy noeviction$/m);
  assert.match(file, /^ {6}replicas: 3$/m);
  assert.deepEqual(file.match(/^ {6}- [\d.:]+$/gm), ['      - 127.0.0.1:3000:3000']);
});

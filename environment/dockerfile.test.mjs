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

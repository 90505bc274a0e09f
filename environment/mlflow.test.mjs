// src/training/tracking/mlflow.test.ts tests how the server serves and ends.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './places.mjs';

function refusal(...args) {
  const script = join(root, 'environment', 'mlflow.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  assert.deepEqual([status, stdout], [1, '']);
  return stderr;
}

test('a port that is taken or invalid is reported in one sentence', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  const { port } = other.address();
  assert.equal(
    refusal('--port', String(port)),
    `mlflow: port ${port} is taken; choose another with \`npm run mlflow -- --port N\`\n`,
  );
  assert.equal(
    refusal('--port', '99999'),
    'mlflow: "99999" is not a port; choose a number from 1 to 65535\n',
  );
});

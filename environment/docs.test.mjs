import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeModules, root } from './places.mjs';

test('the API reference builds without a warning: types named by public functions are public', () => {
  const typedoc = join(nodeModules, 'typedoc', 'bin', 'typedoc');
  const options = { cwd: root, encoding: 'utf8' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [typedoc, '--emit', 'none'], options);
  assert.equal(status, 0, stdout + stderr);
});

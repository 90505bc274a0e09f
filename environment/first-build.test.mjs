import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { firstBuild } from './first-build.cjs';
import { root } from './places.mjs';

test('the quick build on first use writes what the compiler writes', (t) => {
  const out = mkdtempSync(join(tmpdir(), 'falconframes-build-'));
  t.after(() => rmSync(out, { recursive: true, force: true }));
  firstBuild(root, out);
  const built = readdirSync(out, { recursive: true }).filter((name) => name.endsWith('.js'));
  assert.ok(built.length > 500);
  const differing = built.filter(
    (name) => readFileSync(join(out, name), 'utf8') !== readFileSync(join(root, 'dist', name), 'utf8'),
  );
  assert.deepEqual(differing, []);
  // The page's bundles are not the compiler's.
  const compiled = readdirSync(join(root, 'dist'), { recursive: true }).filter(
    (name) =>
      name.endsWith('.js') &&
      !/\.(?:test|bench|fixture)\.js$/.test(name) &&
      !name.startsWith(join('page', 'assets')),
  );
  assert.deepEqual(
    compiled.filter((name) => !built.includes(name)),
    [],
  );
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './places.mjs';

const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));

// If a registry lacks the build for another kind of machine, `npm install` drops it from the lock file, and `npm ci` then fails on
// every machine.
test('the lock file has the optional builds for all kinds of machine', () => {
  for (const [path, { optionalDependencies = {} }] of Object.entries(packages)) {
    for (const name of Object.keys(optionalDependencies)) {
      const places = [`${path}/node_modules/${name}`, `node_modules/${name}`];
      assert.ok(
        places.some((place) => packages[place]),
        `${name}, which ${path || 'the project'} names`,
      );
    }
  }
});

test('the lock file contains no address', () => {
  for (const [path, { resolved }] of Object.entries(packages)) assert.equal(resolved, undefined, path);
});

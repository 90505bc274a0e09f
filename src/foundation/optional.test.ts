import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optionalPackage } from './optional';

test('an installed package is loaded; a missing one is reported with the command that installs it', () => {
  assert.equal(typeof optionalPackage<{ join: unknown }>('node:path', 'A path').join, 'function');
  assert.throws(() => optionalPackage('no-such-package', 'A table'), {
    name: 'InputError',
    message: /^A table needs the package no-such-package, which is not installed; run `npm install /,
  });
});

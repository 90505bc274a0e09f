import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optionalPackage } from './optional';

test('a package that is there is loaded; one that is missing is named with the command that installs it', () => {
  assert.equal(typeof optionalPackage<{ join: unknown }>('node:path', 'A path').join, 'function');
  assert.throws(() => optionalPackage('no-such-package', 'A table'), {
    name: 'InputError',
    message: /^A table needs the package no-such-package, which is not installed; run `npm install /,
  });
});

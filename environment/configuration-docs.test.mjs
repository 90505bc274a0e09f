// docs/configuration.md agrees with the schemas.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { configurationPage, page } from './configuration-docs.mjs';

test('docs/configuration.md lists every key of the schemas', () => {
  assert.equal(
    readFileSync(page, 'utf8'),
    configurationPage(),
    'run node environment/configuration-docs.mjs and look at what it changed',
  );
});

test('each key has its value, default and meaning', () => {
  const written = configurationPage();
  for (const line of [
    '| `train` | list: text | required | files of sentences',
    '| `patience` | whole number from 0 to 10000 | `0` |',
    '| `dropout` | number from 0 to 0.9 or `null` | `null` |',
    '| `classWeights` | object of names, each with a number from 0 to 100 | `{}` |',
    '| `labels` | list: text |  |',
    '| `layers` | whole number from 1 or list: whole number from 0 or `null` | `null` |',
  ])
    assert.ok(written.includes(line), line);
  for (const row of written.split('\n').filter((line) => line.startsWith('| `')))
    assert.ok(
      row.split(' | ').every((cell, column) => column === 2 || (cell.trim() !== '' && cell.trim() !== '|')),
      row,
    );
});

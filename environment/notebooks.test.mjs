// The committed notebooks are read beside their output, on a screen or on paper: their code has no long lines.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './places.mjs';

const LONGEST_LINE = 120;

const folder = join(root, 'notebooks');
const names = readdirSync(folder, { recursive: true }).filter(
  (name) => name.endsWith('.ipynb') && !name.includes('.ipynb_checkpoints'),
);

for (const name of names) {
  test(`no code line of notebooks/${name} is longer than ${LONGEST_LINE} characters`, () => {
    const { cells } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    const tooLong = cells.flatMap(({ cell_type: kind, source }, cell) =>
      [source]
        .flat()
        .join('')
        .split('\n')
        .filter((line) => kind === 'code' && line.length > LONGEST_LINE)
        .map((line) => `cell ${cell}: ${line}`),
    );
    assert.deepEqual(tooLong, []);
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { f1ByLabel } from './f1-by-label';

test('the figure has the scores of all labels and corpora, and the reading names best and weakest', () => {
  const { data, reading } = f1ByLabel([
    { name: 'JNLPBA', f1: { 'Gene Mutations': null, Cell: 0.72, 'Cell Line': 0.61, 'Organ Tissue': null } },
    { name: 'SETH', f1: { 'Gene Mutations': 0.83, Cell: null, 'Cell Line': null, 'Organ Tissue': null } },
  ]);
  assert.deepEqual(
    data.map(({ x }) => x),
    [
      [null, 0.83],
      [0.72, null],
      [0.61, null],
      [null, null],
    ],
  );
  assert.match(reading, /Best: Gene Mutations on SETH \(0\.83\); weakest: Cell Line on JNLPBA \(0\.61\)/);
});

test('without gold the reading names no best score', () => {
  const none = { 'Gene Mutations': null, Cell: null, 'Cell Line': null, 'Organ Tissue': null };
  assert.doesNotMatch(f1ByLabel([{ name: 'JNLPBA', f1: none }]).reading, /Best/);
});

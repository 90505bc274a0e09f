import assert from 'node:assert/strict';
import { test } from 'node:test';
import { f1ByLabel } from './f1-by-label';

test('the figure has the scores of all labels and corpora, and the title names best and weakest', () => {
  const { data, title } = f1ByLabel([
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
  assert.match(title, /best for Gene Mutations on SETH \(0\.83\), weakest for Cell Line on JNLPBA \(0\.61\)/);
});

test('intervals are drawn, and the number stands beyond them', () => {
  const { data, layout, reading } = f1ByLabel([
    { name: 'SETH', f1: { Cell: 0.5 }, intervals: { Cell: [0.4, 0.8] } },
    { name: 'JNLPBA', f1: { Cell: 0.6 } },
  ]);
  const { array, arrayminus } = data[0].error_x as { array: number[]; arrayminus: number[] };
  assert.deepEqual(
    [array, arrayminus].flat().map((value) => value.toFixed(2)),
    ['0.30', '0.00', '0.10', '0.00'],
  );
  assert.deepEqual(data[0].text, ['', '0.60']);
  assert.ok(layout.annotations!.some(({ text, x }) => text === '0.50' && x === 0.8));
  assert.match(reading, /95 % intervals/);
});

test('without gold the title names no best score', () => {
  const none = { 'Gene Mutations': null, Cell: null, 'Cell Line': null, 'Organ Tissue': null };
  assert.doesNotMatch(f1ByLabel([{ name: 'JNLPBA', f1: none }]).title, /best/);
});

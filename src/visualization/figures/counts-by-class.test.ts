import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENTITY_CLASSES, InputError } from '../../foundation';
import { CLASS_COLOURS } from '../palette';
import { countsByClass } from './counts-by-class';

const groups = [
  { name: 'JNLPBA', counts: { 'Gene Mutations': null, Cell: 8639, 'Cell Line': 4330, 'Organ Tissue': null } },
  { name: 'SETH & co', counts: { 'Gene Mutations': 0, Cell: null, 'Cell Line': null, 'Organ Tissue': null } },
];

test('every class has its trace, colour and numbers; unknown is null, zero is zero', () => {
  const { data } = countsByClass(groups);
  assert.deepEqual(
    data.map(({ name }) => name),
    [...ENTITY_CLASSES],
  );
  assert.deepEqual(
    data.map(({ x }) => x),
    [
      [null, 0],
      [8639, null],
      [4330, null],
      [null, null],
    ],
  );
  for (const trace of data) {
    assert.deepEqual(trace.marker, { color: CLASS_COLOURS[trace.name as keyof typeof CLASS_COLOURS] });
  }
  assert.deepEqual(data[0].text, ['', '0']);
});

test('unknown classes are said in words, one note for each', () => {
  const { layout, reading } = countsByClass(groups);
  const notes = layout.annotations!.filter(({ text }) => String(text).includes('not annotated'));
  assert.equal(notes.length, 5);
  assert.match(reading, /Nothing here was annotated for Organ Tissue/);
  assert.match(reading, /JNLPBA: Cell has the most mentions \(8,639\), Cell Line the fewest \(4,330\)\./);
});

test('names of groups are text, not markup', () => {
  const { layout } = countsByClass(groups);
  assert.deepEqual((layout.yaxis as { ticktext: string[] }).ticktext, ['JNLPBA', 'SETH &amp; co']);
});

test('nothing to draw is refused', () => {
  assert.throws(() => countsByClass([]), InputError);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../foundation';
import { FOUR } from '../labels.fixture';
import { LABEL_COLOURS } from '../palette';
import { countsByLabel } from './counts-by-label';

const groups = [
  { name: 'JNLPBA', counts: { 'Gene Mutations': null, Cell: 8639, 'Cell Line': 4330, 'Organ Tissue': null } },
  { name: 'SETH & co', counts: { 'Gene Mutations': 0, Cell: null, 'Cell Line': null, 'Organ Tissue': null } },
];

test('every label has its trace, colour and numbers; unknown is null, not zero', () => {
  const { data } = countsByLabel(groups);
  assert.deepEqual(
    data.map(({ name }) => name),
    FOUR,
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
  assert.deepEqual(
    data.map(({ marker }) => (marker as { color: string }).color),
    LABEL_COLOURS.slice(0, 4),
  );
  assert.deepEqual(data[0].text, ['', '0']);
});

test('given labels come first, in their order, with the colours of that order', () => {
  const { data } = countsByLabel([{ name: 'train', counts: { Cell: 3, 'Gene Mutations': 1, Tissue: 2 } }], {
    labels: FOUR,
  });
  assert.deepEqual(
    data.map(({ name, x, marker }) => [name, x, (marker as { color: string }).color]),
    [...FOUR, 'Tissue'].map((label, index) => [label, [[1, 3, null, null, 2][index]], LABEL_COLOURS[index]]),
  );
});

test('the title of a single group says how far its labels are apart', () => {
  const { title, reading } = countsByLabel([groups[0]]);
  assert.doesNotMatch(reading, /the most mentions/);
  assert.equal(title, 'Cell has 2.0 times as many mentions as Cell Line');
  assert.equal(countsByLabel(groups).title, 'Mentions by label');
  assert.equal(countsByLabel([groups[1]]).title, 'Mentions by label');
});

test('each unknown label has a note', () => {
  const { layout, reading } = countsByLabel(groups);
  const notes = layout.annotations!.filter(({ text }) => String(text).includes('not annotated'));
  assert.equal(notes.length, 5);
  assert.match(reading, /Nothing here was annotated for Organ Tissue/);
  assert.match(reading, /JNLPBA: Cell has the most mentions \(8,639\), Cell Line the fewest \(4,330\)\./);
});

test('group names are shown as text, not markup', () => {
  const { layout } = countsByLabel(groups);
  assert.deepEqual((layout.yaxis as { ticktext: string[] }).ticktext, ['JNLPBA', 'SETH &amp; co']);
});

test('empty input is refused', () => {
  assert.throws(() => countsByLabel([]), InputError);
});

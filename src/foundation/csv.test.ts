import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { formatCsv } from './csv';
import { parseTable } from './table-file';

test('cells with commas, quotes and line breaks are quoted, unknown ones are empty', () => {
  assert.equal(
    formatCsv([
      ['name', 'score', 'note'],
      ['a, b', 0.5, null],
      ['say "c"', 1, 'two\nlines'],
    ]),
    'name,score,note\n"a, b",0.5,\n"say ""c""",1,"two\nlines"\n',
  );
});

test('the reader of tables gives back what was written', () => {
  const cell = fc.string().filter((text) => !text.includes('\r'));
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
      const { rows: read } = parseTable(formatCsv([['one', 'other'], ...rows]), 'file.csv');
      assert.deepEqual(
        read.map(({ cells }) => [...cells]),
        rows.map((row) => [...row]),
      );
    }),
  );
});

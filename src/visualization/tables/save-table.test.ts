import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { saveTable } from './save-table';

const ROWS = [
  { sentence: 'One, "two".', process: 0.8, note: null },
  { sentence: 'Ä <b>', process: 1, note: 'unsure' },
];

test('a table is saved as CSV, JSON lines or a spreadsheet that reads the same', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-table-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = (ending: string) => join(folder, `table.${ending}`);
  for (const ending of ['csv', 'jsonl', 'xlsx']) saveTable(ROWS, path(ending));
  assert.equal(
    readFileSync(path('csv'), 'utf8'),
    'sentence,process,note\n"One, ""two"".",0.8,\nÄ <b>,1,unsure\n',
  );
  const lines = readFileSync(path('jsonl'), 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    ROWS,
  );
  const { read, utils } = require('xlsx');
  const book = read(readFileSync(path('xlsx')));
  const cells = utils.sheet_to_json(book.Sheets[book.SheetNames[0]], { defval: null });
  assert.deepEqual(cells, ROWS);
});

test('another ending is rejected and nothing is written', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-table-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'table.xls');
  assert.throws(() => saveTable(ROWS, path), /table.xls: a table is saved as .csv, .jsonl, .xlsx/);
  assert.ok(!existsSync(path));
});

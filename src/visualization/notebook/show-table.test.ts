import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JSDOM } from 'jsdom';
import { InputError } from '../../foundation';
import { dataFrame, tableHtml } from './show-table';

function cellsOf(html: string): string[][] {
  const { document } = new JSDOM(html).window;
  return [...document.querySelectorAll('tr')].map((row) =>
    [...row.querySelectorAll('th, td')].map(({ textContent }) => textContent!),
  );
}

const rows = [
  { model: 'fp32 <ONNX>', 'size (MB)': 90.125, sentences: 12345, 'strict F1': 0.5 },
  { model: 'int8', 'size (MB)': 22.9, sentences: 7, 'strict F1': null },
];
const shown = [
  ['model', 'size (MB)', 'sentences', 'strict F1'],
  ['fp32 <ONNX>', '90.13', '12,345', '0.500'],
  ['int8', '22.90', '7', '–'],
];

test('small numbers keep their digits', () => {
  const row = (value: number) => ({ value, error: value / 1000, tiny: value / 1e6, 'share (%)': value });
  const html = tableHtml([row(0.0521), row(0.0104), row(0)], 'Errors');
  assert.deepEqual(cellsOf(html).slice(1), [
    ['0.0521', '5.2e-5', '5.2e-8', '0.1'],
    ['0.0104', '1.0e-5', '1.0e-8', '0.0'],
    ['0.0000', '0', '0', '0.0'],
  ]);
});

test('words are left-aligned, numbers right-aligned with equal decimals, unknown values a dash', () => {
  const html = tableHtml(rows, 'Benchmark');
  assert.deepEqual(cellsOf(html), shown);
  const { document } = new JSDOM(html).window;
  assert.deepEqual(
    [...document.querySelectorAll('th')].map((cell) => cell.style.textAlign),
    ['left', 'right', 'right', 'right'],
  );
});

test('numbers in a column of words are formatted as words', () => {
  const html = tableHtml([{ value: 0.00002 }, { value: 'linear' }], 'Options');
  assert.deepEqual(cellsOf(html), [['value'], ['0.00002'], ['linear']]);
});

test('a DataFrame is shown like its rows', () => {
  assert.deepEqual(cellsOf(tableHtml(dataFrame(rows), 'Benchmark')), shown);
});

test('a grouped DataFrame can be shown', () => {
  const frame = dataFrame([
    { corpus: 'SETH', mentions: 2 },
    { corpus: 'SETH', mentions: 4 },
    { corpus: 'tmVar', mentions: 5 },
  ]);
  const sums = frame.groupby(['corpus']).col(['mentions']).sum();
  assert.deepEqual(cellsOf(tableHtml(sums, '')).slice(1), [
    ['SETH', '6'],
    ['tmVar', '5'],
  ]);
});

test('rows with different columns are refused', () => {
  assert.throws(() => tableHtml([{ a: 1 }, { b: 1 }], ''), InputError);
  assert.throws(() => tableHtml([{ a: 1 }, { a: 1, b: 1 }], ''), /Row 2/);
});

test('an empty list of rows gives an empty table', () => {
  assert.deepEqual(cellsOf(tableHtml([], 'none')), [[]]);
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parseLabelledText, readLabelledTexts, writeLabelledTexts } from './labelled-text';

const folder = mkdtempSync(join(tmpdir(), 'labelled-text-'));
after(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const one = (text: string, label: string) => ({ text, labels: [label], several: false });

test('JSONL, CSV and TSV give the same texts, also with a byte order mark, UTF-16, gzip or CRLF', () => {
  const expected = [one('pay my "bill"; now, 😀', 'transfer'), one('two\nlines', 'other')];
  const jsonl = `${expected.map(({ text, labels }) => JSON.stringify({ text, label: labels[0] })).join('\n\n')}\n`;
  const csv = 'id,label, text\n1,transfer,"pay my ""bill""; now, 😀"\n\n2, other ,"two\nlines"\n';
  const tsv = 'label\ttext\ntransfer\tpay my "bill"; now, 😀\nother\t"two\nlines"\n';
  const semicolons = 'text;label\n"pay my ""bill""; now, 😀";transfer\n"two\nlines";other';
  for (const [index, text] of [jsonl, csv, tsv, semicolons].entries()) {
    const crlf = text.replaceAll('\n', '\r\n');
    const contents = [text, `\ufeff${text}`, crlf, Buffer.from(`\ufeff${text}`, 'utf16le'), gzipSync(text)];
    for (const content of contents)
      assert.deepEqual(readLabelledTexts(fileOf(`${index}`, content)), expected);
  }
});

test('several labels: a list, or a cell separated by |; an empty list is allowed', () => {
  const expected = [
    { text: 'both', labels: ['a b', 'c'], several: true },
    { text: 'none', labels: [], several: true },
  ];
  const table = fileOf('several.csv', 'text,labels\nboth,a b | c|a b\nnone,\n');
  assert.deepEqual(readLabelledTexts(table), expected);
  const lines = join(folder, 'several.jsonl');
  writeLabelledTexts(lines, expected);
  assert.deepEqual(readLabelledTexts(lines), expected);
  writeLabelledTexts(lines, [one('x', '__proto__')]);
  assert.deepEqual(readLabelledTexts(lines), [one('x', '__proto__')]);
});

test('a malformed labelled text is reported with its place and how to fix it', () => {
  const fails = (value: unknown, pattern: RegExp) =>
    assert.throws(
      () =>
        parseLabelledText(typeof value === 'string' ? value : JSON.stringify(value), 'train.jsonl line 7'),
      (error: Error) => {
        assert.equal(error.name, 'InputError');
        assert.match(error.message, /^train\.jsonl line 7: .{5,300}/);
        assert.match(error.message, pattern);
        return true;
      },
    );
  fails({ text: 'x', spans: [] }, /the file mixes two tasks/);
  fails({ text: 'x', label: 'a', spans: [] }, /the file mixes two tasks/);
  fails({ text: 'x' }, /"label" is missing/);
  fails({ label: 'x' }, /"text" is missing/);
  fails({ text: 'x', label: 'a', labels: ['a'] }, /both "label" and "labels"/);
  fails({ text: 'x', labels: 'a' }, /"labels" must be a list/);
  for (const bad of ['', null]) fails({ text: 'x', label: bad }, /the label is empty/);
  for (const bad of [1, ['a'], {}, ' a', 'a\n', 'x'.repeat(201)])
    fails({ text: 'x', label: bad }, /has the label/);
  for (const bad of ['', ' \n', 3, null, ['x']]) fails({ text: bad, label: 'a' }, /"text" is empty/);
  fails({ text: 'x'.repeat(1_000_001), label: 'a' }, /has 1000001 characters/);
  for (const bad of ['[]', 'null', '"x"', '3']) fails(bad, /found something else/);
  fails('{', /not a line of JSON/);
});

test('a file with both kinds of line, without texts or without the columns is rejected', () => {
  const fails = (content: string, pattern: RegExp) =>
    assert.throws(() => readLabelledTexts(fileOf('bad', content)), {
      name: 'InputError',
      message: pattern,
    });
  const line = '{"text":"x","label":"a"}';
  fails(`${line}\n\n{"text":"y","labels":["a"]}`, /line 3: has "labels" where .*line 1 has "label"/);
  fails(`${line}\n{"text":"y","spans":[]}`, /line 2: has "spans"/);
  fails(' \n\n', /is empty; give texts/);
  fails('text,label\n', /has a header and no texts/);
  fails(
    'text,category\nx,a\n',
    /line 1: the table has no column "label" or "labels"; its columns are "text", "category"; /,
  );
  fails('just a line of prose\n', /no column "text" and none "label" or "labels"/);
  fails('text,label,labels\nx,a,a\n', /columns "label" and "labels"/);
  fails('text,label\nx,a\n"two\nlines",\n', /line 3: the label is empty/);
  fails('text,label\nx,a\none, two,a\n', /line 3: has 3 cells where the header has 2 columns; .* comma/);
  fails('text,label\n"x,a\ny,b\n', /line 2: malformed CSV \(a quote is not closed\)/);
  fails('text,label\nx,a\n ,b\n', /line 3: "text" is empty/);
});

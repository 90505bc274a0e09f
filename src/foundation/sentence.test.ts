import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parseSentence, readSentences, type Sentence, writeSentences } from './sentence';

const folder = mkdtempSync(join(tmpdir(), 'sentence-'));
after(() => rmSync(folder, { recursive: true }));

const whole = {
  article: 'A',
  section: '',
  paragraph: 0,
  offset: 0,
  text: 'T cells 😀 grow.',
  spans: [{ start: 0, end: 7, label: 'Cell' }],
  annotated: ['Cell', 'Cell Line'],
};
const parse = (changes: object) =>
  parseSentence(JSON.stringify({ ...whole, ...changes }), 'gold.jsonl line 1');
const range = (start: number, end: number) => ({ start, end });
const span = (start: unknown, end: unknown, label: unknown = 'Cell') => ({ spans: [{ start, end, label }] });

test('a duplicate span or label counts once; nested spans are kept', () => {
  const spans = [...whole.spans, { start: 2, end: 7, label: 'Cell' }, { ...whole.spans[0], note: 'again' }];
  const sentence = parse({ spans, annotated: ['Cell', 'Cell Line', 'Cell'] });
  assert.deepEqual(sentence.spans, spans.slice(0, 2));
  assert.deepEqual(sentence.annotated, ['Cell', 'Cell Line']);
});

test('a malformed sentence is reported with its place and how to fix it', () => {
  const fails = (changes: object, pattern: RegExp) =>
    assert.throws(
      () => parse(changes),
      (error: Error) => {
        assert.equal(error.name, 'InputError');
        assert.match(error.message, /^gold\.jsonl line 1: .{5,300}; .+$/);
        assert.match(error.message, pattern);
        return true;
      },
    );
  fails(
    span(9, 10),
    /spans\[0\] has a border at 9, inside the character 😀; count offsets in UTF-16 code units/,
  );
  fails(span(0, 9), /a border at 9/);
  for (const bad of ['0', 0.5, -1, null, [0], {}, true, undefined, 1e300])
    fails(span(bad, 7), /spans\[0\] runs from/);
  fails(span(0, 17), /runs from 0 to 17 in a text of 16 characters/);
  fails(span(3, 3), /runs from 3 to 3/);
  fails(span(0, 7, 'Protein'), /which "annotated" does not list/);
  for (const bad of ['', ' Cell', 'a\nb', 7, null, {}, { toString: 1 }, ['Cell'], 'x'.repeat(1e6)])
    fails(span(0, 7, bad), /spans\[0\] has the label/);
  for (const bad of [null, 3, 'x', []]) fails({ spans: [bad] }, /spans\[0\] has no label/);
  fails(span(0, 7, 'Organ Tissue'), /which "annotated" does not list/);
  for (const bad of ['Cell', {}, null]) fails({ annotated: bad }, /"annotated" must be a list/);
  fails({ annotated: [{}] }, /in "annotated" is not a valid label/);
  for (const bad of ['', 1, null, ['A']]) fails({ article: bad }, /"article" must be a string/);
  fails({ spans: undefined, label: 'x' }, /a text to classify, not a sentence with mentions/);
  for (const bad of ['x', {}, null]) fails({ words: bad }, /"words" must be a list/);
  fails({ words: [{ start: 0, end: 99 }] }, /words\[0\] runs from 0 to 99/);
  fails({ words: [range(2, 7), range(0, 1)] }, /words\[1\] begins at 0, before the end of the previous word/);
  fails(
    { words: [range(0, 6), range(6, 7)], ...span(2, 7) },
    /spans\[0\] from 2 to 7 does not begin and end/,
  );
  for (const bad of [-1, 1.5, '1', 1e300, null])
    fails({ paragraph: bad }, /"paragraph" must be a whole number/);
  for (const bad of ['', ' \n', 5, null]) fails({ text: bad }, /"text" is empty/);
  fails({ spans: Array(2001).fill(whole.spans[0]) }, /"spans" has 2001 entries/);
  fails({ text: 'a '.repeat(50_001) }, /"text" has 100002 characters.*split it into sentences/);
});

test('a line that is not an object is rejected, however deeply it is nested', () => {
  const lines = [
    '[]',
    'null',
    '"x"',
    '{',
    '1e999',
    '['.repeat(1e5),
    `{"spans":${'['.repeat(1e5)}${']'.repeat(1e5)}}`,
  ];
  for (const line of lines) assert.throws(() => parseSentence(line, 'f line 1'), { name: 'InputError' });
  const infinite = JSON.stringify({ ...whole, ...span(0, 7) }).replace('"end":7', '"end":1e999');
  assert.throws(() => parseSentence(infinite, 'f line 1'), /runs from 0 to Infinity/);
  assert.throws(() => parseSentence(`{"__proto__":${JSON.stringify(whole)}}`, 'f line 1'), /"text" is empty/);
});

test('sentences are read with a byte order mark, in UTF-16, or gzipped', () => {
  const path = join(folder, 'gold.jsonl');
  const sentences = [
    parse({}),
    parse({ article: '__proto__', text: 'liver \ud800', spans: [] }),
  ] as Sentence[];
  writeSentences(path, sentences);
  assert.deepEqual(readSentences(path), sentences);
  const text = `\ufeff${sentences.map((sentence) => JSON.stringify(sentence)).join('\r\n')}\r\n\r\n`;
  for (const content of [Buffer.from(text), Buffer.from(text, 'utf16le'), gzipSync(text)]) {
    writeFileSync(path, content);
    assert.deepEqual(readSentences(path), sentences);
  }
  writeFileSync(path, `\n${text.slice(1)}{`);
  assert.throws(() => readSentences(path), /gold\.jsonl line 5: not a line of JSON/);
});

test('a line needs only text and spans; without "annotated" all labels of the file are annotated', () => {
  const path = join(folder, 'bare.jsonl');
  const lines = [
    { text: 'Rome', spans: [{ start: 0, end: 4, label: 'constructor' }] },
    { text: 'no one', spans: [] },
    { text: 'Ann', spans: [{ start: 0, end: 3, label: 'person' }], annotated: ['person'] },
  ];
  writeFileSync(path, lines.map((line) => JSON.stringify(line)).join('\n'));
  const sentences = readSentences(path);
  assert.deepEqual(
    sentences.map(({ annotated }) => annotated),
    [['constructor', 'person'], ['constructor', 'person'], ['person']],
  );
  assert.deepEqual(
    sentences.map(({ article }) => article),
    ['bare.jsonl line 1', 'bare.jsonl line 2', 'bare.jsonl line 3'],
  );
});

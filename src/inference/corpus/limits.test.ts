import assert from 'node:assert/strict';
import test from 'node:test';
import { InputError } from '../../foundation';
import { readArticle } from './article';
import type { Source } from './sources';

const document = (text: string): Source => ({
  kind: 'document',
  place: 'x.txt',
  bytes: text.length,
  id: 'x',
  text,
});

/** Generous: what takes tenths of a second. */
const SECONDS = 10;

test('a document without end, or without sentence ends, is refused early with its size', () => {
  const cases: [string, RegExp][] = [
    ['a'.repeat(1e8), /x\.txt: has 100000000 characters, a document may have at most 33554432; split it/],
    ['cell '.repeat(2e6), /characters stand in sentences longer than 32768; give prose/],
    ['a'.repeat(3e6), /stand in sentences/],
    ['.'.repeat(3e6), /stand in sentences/],
    ['e.g. '.repeat(6e5), /stand in sentences/],
    [`a${'\u0301'.repeat(3e6)}`, /stand in sentences/],
    ['cell\u0085'.repeat(6e5), /stand in sentences/],
    ['"'.repeat(400_000), /more than 262144 words and signs stand in sentences/],
    ['细胞'.repeat(200_000), /more than 262144 words and signs stand in sentences/],
    ['. '.repeat(3e6), /has more than 262144 sentences; split it into documents/],
  ];
  for (const [text, message] of cases) {
    const start = performance.now();
    assert.throws(
      () => readArticle(document(text)),
      (error: Error) => error instanceof InputError && message.test(error.message),
    );
    assert.ok(performance.now() - start < SECONDS * 1000, `${text.slice(0, 10)} took too long`);
  }
});

test('a long sentence is cut at white space, and nothing of it is lost', () => {
  const text = `${'cell '.repeat(40_000)}end.`;
  const { sentences } = readArticle(document(text));
  assert.ok(sentences.length > 2);
  assert.ok(
    sentences.every((sentence) => sentence.length <= 70_000 && /^cell.*(cell|end\.)$/.test(sentence)),
  );
  assert.equal(sentences.join(' '), text);
});

test('more mentions than a line of output may hold are refused', () => {
  const article = readArticle(document('T cells'));
  const mention = { start: 0, end: 7, label: 'Cell' as const, text: 'T cells', score: 1 };
  assert.throws(
    () => article.linesOf([Array.from({ length: 1_100_000 }, () => mention)], 'utf16'),
    /x\.txt: has more than 1048576 mentions/,
  );
});

test('a sentence of JSONL is limited as those of a text are', () => {
  const source: Source = {
    kind: 'sentences',
    place: 'x',
    bytes: 1,
    article: 'a',
    sentences: [{ paragraph: 0, offset: 0, text: 'cell '.repeat(2e5) }],
  };
  assert.throws(
    () => readArticle(source),
    /a sentence of 1000000 characters, at most 524288 are read, or 262144 words and signs; split it/,
  );
});

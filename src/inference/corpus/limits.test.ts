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

/** Milliseconds; generous for work that takes tenths of a second. */
const SECONDS = 10;

test('an excessively long document, or one without sentence ends, is refused quickly with its size', () => {
  const cases: [string, RegExp][] = [
    ['a'.repeat(1e8), /x\.txt: has 100000000 characters, a document may have at most 33554432; split it/],
    ['cell '.repeat(2e6), /characters are in sentences longer than 32768; give prose/],
    ['a'.repeat(3e6), /are in sentences/],
    ['.'.repeat(3e6), /are in sentences/],
    ['e.g. '.repeat(6e5), /are in sentences/],
    [`a${'\u0301'.repeat(3e6)}`, /are in sentences/],
    ['cell\u0085'.repeat(6e5), /are in sentences/],
    ['"'.repeat(400_000), /more than 262144 words and signs are in sentences/],
    ['细胞'.repeat(200_000), /more than 262144 words and signs are in sentences/],
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

test('a long sentence is split at white space without loss', () => {
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

test('sentences of JSONL have the same limits as those of a text', () => {
  const source: Source = {
    kind: 'sentences',
    place: 'x',
    bytes: 1,
    article: 'a',
    sentences: [{ paragraph: 0, offset: 0, text: 'cell '.repeat(2e5) }],
  };
  assert.throws(
    () => readArticle(source),
    /a sentence has 1000000 characters; the limits are 524288 characters and 262144 words and signs; split it/,
  );
});

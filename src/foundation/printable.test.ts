import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printable, printableJson } from './printable';

test('control characters are escaped; all other text is unchanged', () => {
  assert.equal(printable('a\u001b[31mred\u0007'), 'a\\x1b[31mred\\x07');
  assert.equal(
    printable('C1: \u009b31m, reversed: \u202e, half: \ud800'),
    'C1: \\x9b31m, reversed: \\u202e, half: \\ud800',
  );
  assert.equal(printable('two\nlines\t\r'), 'two\\nlines\\t\\r');
  assert.equal(printable('two\nlines', '\n'), 'two\nlines');
  assert.equal(printable('naïve 細胞 𝔸 😀 e\u0301'), 'naïve 細胞 𝔸 😀 e\u0301');
});

test('JSON keeps its value', () => {
  const value = { 'a\u009b': '\u202e\u001b\n', list: ['\u2028'] };
  const json = printableJson(JSON.stringify(value, null, 2));
  assert.deepEqual(JSON.parse(json), value);
  assert.doesNotMatch(json.replaceAll('\n', ''), /[\p{Cc}\p{Bidi_Control}\u2028]/u);
});

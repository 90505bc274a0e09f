import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalizeText } from './normalization';

test('equivalent spellings are normalized to the same text', () => {
  const alike = [
    ['µm', 'μm'],
    ['β–cell', 'β‑cell'],
    ['ﬁbre', 'fibre'],
    ['café', 'cafe\u0301'],
    ['‘x’ “y”', '\'x\' "y"'],
    ['a\u00a0\u2009 b', 'a b'],
    ['T\u0085cell\u001fs \u2028x', 'T cell s x'],
    ['zero\u200bwidth\ufeff', 'zerowidth'],
    ['x²', 'x2'],
  ];
  for (const [one, other] of alike) assert.equal(normalizeText(one).text, normalizeText(other).text);
  assert.notEqual(normalizeText('T cell').text, normalizeText('t cell').text);
});

test('offsets map back to the original across ligatures, invisible characters and joined spaces', () => {
  const { text, starts, ends } = normalizeText('\u200bﬁ \u00a0𝛽');
  assert.equal(text, 'fi β');
  assert.deepEqual([...starts], [1, 1, 2, 4]);
  assert.deepEqual([...ends], [2, 2, 4, 6]);
});

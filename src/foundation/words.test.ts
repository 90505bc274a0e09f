import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cutsWord, isInsideCharacter, isWordCharacter } from './words';

test('letters, digits and combining marks of any plane are word characters', () => {
  const words = ['a', 'Z', '7', 'é', 'α', '²', '\u0301', '漢', 'ﬁ'];
  const apart = [
    ' ',
    '-',
    '_',
    '.',
    '\u0085',
    '\u001c',
    '\u2028',
    '\u00a0',
    '\u200b',
    '–',
    '°',
    '',
    '\ud800',
    '\udc00',
  ];
  for (const character of words) assert.ok(isWordCharacter(character, 0), character);
  for (const character of apart) assert.ok(!isWordCharacter(character, 0), JSON.stringify(character));
  for (const character of ['𝛼', '𠀀', '𝟙']) {
    assert.ok(isWordCharacter(character, 0) && isWordCharacter(character, 1), character);
    assert.ok(isInsideCharacter(character, 1) && !isInsideCharacter(character, 0));
  }
  assert.ok(!isWordCharacter('😀', 0) && !isWordCharacter('😀', 1));
  assert.ok(!isWordCharacter('a', 1) && !isWordCharacter('a', -1));
  // Lone surrogates beside letters.
  assert.ok(
    !isWordCharacter('\ud800a', 0) && isWordCharacter('\ud800a', 1) && !isWordCharacter('a\udc00', 1),
  );
});

test('a mention cuts a word between a letter and its accent, and inside a character of two code units', () => {
  const text = 'HeLa cells\u0301 𝛼𝛽 x';
  const end = 'HeLa cells'.length;
  assert.ok(cutsWord(text, { start: 0, end }));
  assert.ok(!cutsWord(text, { start: 0, end: end + 1 }));
  assert.ok(cutsWord(text, { start: end + 2, end: end + 3 }));
  assert.ok(cutsWord(text, { start: end + 2, end: end + 4 }));
  assert.ok(!cutsWord(text, { start: end + 2, end: end + 6 }));
});

test('each code unit is classified like its character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      let place = 0;
      for (const character of text) {
        const expected = /^[\p{L}\p{N}\p{M}]/u.test(character);
        for (const _ of character.split('')) assert.equal(isWordCharacter(text, place++), expected);
      }
    }),
  );
});

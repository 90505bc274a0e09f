import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { InputError, projectRoot } from '../foundation';
import type { EncodedText } from './text-tokenizer';
import { Tokenizer } from './tokenizer';
import { WordPieceTokenizer } from './word-piece';

const folder = join(projectRoot, 'models', 'falconframes-small');
const file = JSON.parse(readFileSync(join(folder, 'tokenizer.json'), 'utf8'));
const native = new Tokenizer(folder);
const own = new WordPieceTokenizer(file, 'tokenizer.json');

/** Where most scripts of after 2015 are; see below. */
const LATER = /[\u{10d00}-\u{1e95f}]/u;

const plain = ({ ids, starts, ends, words }: EncodedText) => ({
  ...{ ids: [...ids], starts: [...starts], ends: [...ends], words: [...words] },
});

async function assertSame(texts: readonly string[]): Promise<void> {
  const [expected, found] = [await native.encode(texts), await own.encode(texts)];
  texts.forEach((text, index) => {
    assert.deepEqual(plain(found[index]), plain(expected[index]), JSON.stringify(text));
  });
}

/** Ranges with assigned characters, and how many of them are in one text. */
const ASSIGNED = [
  [0, 0x33_fff],
  [0xe_0000, 0xe_01ff],
];
const AT_ONCE = 128;

describe('WordPiece in JavaScript gives the tokens and offsets of the native library', () => {
  test('in prose, and with hostile characters', () =>
    assertSame([
      'HeLa cells carry BRAF p.V600E (c.1799T>A), rs113488022; IL-2-dependent CD4+ T cells did not.',
      '',
      ' \t\r\n\u000b\u000c\u0085\u00a0\u2003\u3000 ',
      'naïve Müller glia, cafe\u0301, e\u0301\u0327x, o\u0308', // accents, composed and combining
      '\u0301HeLa\u0301', // marks without a letter
      '𝛽-cells 😀 HeLa𐐀cells', // beyond U+FFFF
      'He\u200bLa \u200d\ufeff\u00adcells \u202eHeLa', // zero width and bidirectional
      '細胞はHeLaです 细胞\uf900\u{20000}', // ideographs
      'He\u0000La\u0007 cells\u007f\ufffd \ue000x', // control characters, private use
      'İstanbul ΣΑΣ ẞ ǅ ﬁbroblast Ω K', // lower case of more than one character
      'HeLa\ud800 cells \udc00\ud83d', // unpaired surrogates
      `${'a'.repeat(100)} ${'a'.repeat(101)} ${'é'.repeat(101)} ${'x'.repeat(50_000)}`, // long words
      '한국어 각 HeLa', // Hangul, which decomposes
      'a[SEP]b [CLS] [MASK]HeLa[UNK] [sep] [PAD][PAD]', // special tokens in the text
      '$10 + 5% = <b>x</b> ^~`|¿?¡!«»–—…',
      'क्षि ไทย עִבְרִית العَرَبِيَّة',
    ]));

  test('in random texts', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.string({ unit: 'grapheme' }).filter((text) => !LATER.test(text)),
            fc.constantFrom('cells', ' ', '-', '\u0301', '[SEP]', 'é'),
          ),
          {
            maxLength: 30,
          },
        ),
        async (parts) => assertSame([parts.join('')]),
      ),
      { seed: 1, numRuns: 300 },
    ));

  /**
   * The native library knows Unicode 8: it takes some later marks for letters, some later punctuation too. Nothing else differs, so
   * scripts of 2015 and before are the same.
   */
  test('with every character of Unicode, but marks and punctuation assigned after 2015', async () => {
    const different: string[] = [];
    for (const [first, last] of ASSIGNED)
      for (let start = first; start <= last; start += AT_ONCE) {
        const characters = Array.from({ length: AT_ONCE }, (_, place) => String.fromCodePoint(start + place));
        const isSame = async (some: readonly string[]) => {
          const texts = [some.map((character) => `a${character}b`).join(' ')];
          const [[expected], [found]] = [await native.encode(texts), await own.encode(texts)];
          return isDeepStrictEqual(plain(found), plain(expected));
        };
        if (await isSame(characters)) continue;
        for (const character of characters) if (!(await isSame([character]))) different.push(character);
      }
    assert.ok(different.length < 1_000, String(different.length));
    assert.deepEqual(
      different.filter((character) => character < '\u02ff'),
      [],
    );
    const kinds = /^[\p{Mn}\p{Mc}\p{P}\p{Cf}\p{So}]$/u;
    assert.deepEqual(
      different.filter((character) => !kinds.test(character)),
      [],
    );
  });
});

test('given words are tokenized one by one', async () => {
  const text = 'HeLa-cells \u200b x';
  const words = [
    { start: 0, end: 10 },
    { start: 11, end: 12 },
    { start: 13, end: 14 },
  ];
  const [expected] = await native.encodeWords([{ text, words }]);
  const [found] = await own.encodeWords([{ text, words }]);
  assert.deepEqual(plain(found), plain(expected));
});

test('other tokenizers are refused', () => {
  const refuses = (change: object, message: RegExp) =>
    assert.throws(
      () => new WordPieceTokenizer({ ...file, ...change }, 'x'),
      (error) => error instanceof InputError && message.test(error.message),
    );
  refuses({ normalizer: { type: 'NFC' } }, /^x: the normalizer is "NFC"; use/);
  refuses({ pre_tokenizer: null }, /^x: the pre_tokenizer is/);
  refuses({ post_processor: null }, /^x: has no post_processor/);
  refuses({ model: { ...file.model, type: 'BPE' } }, /^x: a "BPE" tokenizer/);
  refuses({ added_tokens: [{ id: 1, content: '<a>', lstrip: true }] }, /^x: has added tokens with options/);
});

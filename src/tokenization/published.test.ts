import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectedOf, nastyTexts, nastyWords, PUBLISHED, publishedFolder } from './published.fixture';
import type { EncodedText } from './text-tokenizer';
import { Tokenizer } from './tokenizer';

/** The part of the text that a token has, by Python's offsets: for byte-level tokens without the blanks, which it keeps in part. */
function slicesOf(text: string, offsets: readonly number[], isByteLevel: boolean): string[] {
  const characters = [...text];
  const slices: string[] = [];
  for (let place = 0; place < offsets.length; place += 2) {
    const slice = characters.slice(offsets[place], offsets[place + 1]).join('');
    slices.push(isByteLevel ? slice.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, '') : slice);
  }
  return slices;
}

const ownSlices = (text: string, { starts, ends }: EncodedText): string[] =>
  Array.from(starts, (start, token) => text.slice(start, ends[token]));

/** Our tokens also have the combining marks that a normalizer strips, where Python's end before them. */
const withoutMarks = (slices: readonly string[]): string[] =>
  slices.map((slice) => slice.replace(/\p{M}+$/u, ''));

for (const name of PUBLISHED) {
  const expected = expectedOf(name);
  const isByteLevel = name.startsWith('roberta');

  test(`${name}: ids and offsets of texts are Python's`, async () => {
    const tokenizer = new Tokenizer(publishedFolder(name));
    const encoded = await tokenizer.encode(nastyTexts);
    assert.ok(expected.texts.length > 10);
    encoded.forEach((own, index) => {
      const [ids, offsets] = expected.texts[index];
      const text = nastyTexts[index];
      assert.deepEqual([...own.ids], ids, text);
      const [ours, theirs] = [ownSlices(text, own), slicesOf(text, offsets, isByteLevel)];
      assert.deepEqual(
        isByteLevel ? ours : withoutMarks(ours),
        isByteLevel ? theirs : withoutMarks(theirs),
        text,
      );
    });
  });

  test(`${name}: ids, offsets and words of given words are Python's`, async () => {
    const tokenizer = new Tokenizer(publishedFolder(name));
    const inputs = nastyWords.map((words) => {
      const ranges = words.map((word, index) => {
        const start = words.slice(0, index).join(' ').length + (index > 0 ? 1 : 0);
        return { start, end: start + word.length };
      });
      return { text: words.join(' '), words: ranges };
    });
    const encoded = await tokenizer.encodeWords(inputs);
    encoded.forEach((own, index) => {
      const [ids, offsets, ofWord] = expected.words[index];
      const words = nastyWords[index];
      // Python leaves words without tokens out; ours have the unknown token.
      const hasTokens = (token: number) => ofWord.includes(own.words[token]);
      const kept = [...own.ids.keys()].filter(hasTokens);
      for (const token of own.ids.keys())
        if (!hasTokens(token)) assert.equal(own.ids[token], expected.special.unk);
      assert.deepEqual(
        [kept.map((token) => own.ids[token]), kept.map((token) => own.words[token])],
        [ids, ofWord],
      );
      const theirs = ofWord.map(
        (word, token) => slicesOf(words[word], offsets.slice(2 * token, 2 * token + 2), isByteLevel)[0],
      );
      const slices = ownSlices(inputs[index].text, own);
      assert.deepEqual(withoutMarks(kept.map((token) => slices[token])), withoutMarks(theirs));
    });
  });

  test(`${name}: special tokens are Python's`, () => {
    const tokenizer = new Tokenizer(publishedFolder(name));
    assert.deepEqual([tokenizer.startId, tokenizer.endId], expected.frame);
    const { pad, unk, cls, sep, mask } = expected.special;
    assert.deepEqual([tokenizer.unknownId, tokenizer.maskId], [unk, mask]);
    for (const id of [pad, unk, cls, sep, mask]) assert.ok(tokenizer.specialIds.has(id));
    assert.equal(tokenizer.vocabularySize, expected.size);
  });
}

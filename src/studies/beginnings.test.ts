import assert from 'node:assert/strict';
import test from 'node:test';
import { tinyBertFolder } from '../nn/tiny-bert.fixture';
import { Tokenizer } from '../tokenization';
import { beginningsOf } from './beginnings';

test('a beginning has the tokens that the encoder reads; short texts stay', async () => {
  const tokenizer = new Tokenizer(tinyBertFolder);
  const texts = ['the gene of the cell, in the liver and the kidney', ''].map((text) => ({
    ...{ text, labels: ['one'], several: false },
  }));
  const [whole] = await tokenizer.encode([texts[0].text]);
  for (const length of [3, 6, 10, whole.ids.length + 1]) {
    const beginnings = await beginningsOf(texts, tokenizer, length);
    const [cut] = await tokenizer.encode([beginnings[0].text]);
    assert.deepEqual([...cut.ids], [...whole.ids].slice(0, length - 2));
    assert.ok(
      texts[0].text.startsWith(beginnings[0].text) && beginnings[0].text.length < texts[0].text.length,
    );
    assert.deepEqual(beginnings[0].labels, ['one']);
    assert.deepEqual(beginnings.slice(1), texts.slice(1));
  }
  assert.deepEqual(await beginningsOf(texts, tokenizer, whole.ids.length + 2), texts);
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { tinyBertFolder } from '../nn/tiny-bert.fixture';
import { encodeWholeTexts } from '../tasks';
import { Tokenizer } from '../tokenization';
import { beginningsOf } from './beginnings';

test('a beginning has the tokens that the encoder reads, and a short text is unchanged', async () => {
  const tokenizer = new Tokenizer(tinyBertFolder);
  const texts = ['short', 'a long text, of many words: one two three four five six'].map((text) => ({
    ...{ text, labels: ['a'], several: false },
  }));
  const cut = await beginningsOf(texts, tokenizer, 8);
  assert.equal(cut[0], texts[0]);
  assert.ok(cut[1].text.length < texts[1].text.length && texts[1].text.startsWith(cut[1].text));
  const windows = async (some: readonly { text: string }[]) =>
    (
      await encodeWholeTexts(
        some.map(({ text }) => text),
        tokenizer,
        8,
      )
    ).windows.map(({ inputIds }) => [...inputIds]);
  assert.deepEqual(await windows(cut), await windows(texts));
});

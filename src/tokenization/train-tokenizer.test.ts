import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Tokenizer } from './tokenizer';
import { trainWordPieces } from './train-tokenizer';

const TEXT = 'The Hague is a city. The city of Rome is old, the city of Hague is not.\nÉtudes à Rome.\n';

test('a cased vocabulary keeps capitals and accents, an uncased one has none; frequent words are one piece', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-pieces-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'text.txt');
  writeFileSync(file, TEXT.repeat(20));
  const piecesOf = async (uncased: boolean, text: string) => {
    const out = join(folder, uncased ? 'uncased' : 'cased');
    trainWordPieces([file], out, { uncased });
    const vocabulary = readFileSync(join(out, 'vocab.txt'), 'utf8').trim().split('\n');
    assert.equal(new Set(vocabulary).size, vocabulary.length);
    assert.deepEqual(vocabulary.slice(0, 5), ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']);
    assert.equal(
      vocabulary.some((piece) => /\p{Lu}/u.test(piece.replace(/^\[.*\]$/, ''))),
      !uncased,
    );
    const tokenizer = new Tokenizer(out);
    const [{ ids, starts, ends }] = await tokenizer.encode([text]);
    return [...ids].map((id, index) => [tokenizer.tokenOf(id), text.slice(starts[index], ends[index])]);
  };
  assert.deepEqual(await piecesOf(false, 'The city of Rome'), [
    ['The', 'The'],
    ['city', 'city'],
    ['of', 'of'],
    ['Rome', 'Rome'],
  ]);
  assert.deepEqual(await piecesOf(true, 'The Études'), [
    ['the', 'The'],
    ['etudes', 'Études'],
  ]);
});

test('a smaller vocabulary still spells every word; sizes out of range and missing files are refused', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-pieces-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'text.txt');
  writeFileSync(file, TEXT);
  const out = join(folder, 'small');
  trainWordPieces([file], out, { uncased: true, size: 60 });
  const tokenizer = new Tokenizer(out);
  assert.ok(tokenizer.vocabularySize <= 60);
  const [{ ids }] = await tokenizer.encode(['the hague is a city']);
  assert.ok([...ids].every((id) => tokenizer.tokenOf(id) !== '[UNK]'));
  for (const size of [5, 30_001, 10.5])
    assert.throws(
      () => trainWordPieces([file], join(folder, 'none'), { uncased: true, size }),
      /give a size from 6 to 30000/,
    );
  assert.throws(
    () => trainWordPieces([join(folder, 'absent')], join(folder, 'none'), { uncased: true }),
    /there is no text to learn word pieces from/,
  );
  assert.throws(() => trainWordPieces([folder], join(folder, 'none'), { uncased: true }), /there is no text/);
  assert.throws(
    () => trainWordPieces([file], join(folder, 'none'), { uncased: true, size: 10 }),
    /cannot spell every word of this text; give a size of at least \d+/,
  );
  writeFileSync(file, '\n \n');
  assert.throws(
    () => trainWordPieces([file], join(folder, 'none'), { uncased: true }),
    /has no words to learn word pieces from/,
  );
  assert.ok(!existsSync(join(folder, 'none')));
});

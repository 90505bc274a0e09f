import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { mirrorFolder } from '../../foundation';
import { loadNerSet, readNerSets } from './ner-sets';
import { loadNewswire } from './newswire';
import { firstRecord } from './records';
import { loadUniversities } from './universities';

const root = mkdtempSync(join(tmpdir(), 'falconframes-newswire-'));
after(() => rmSync(root, { recursive: true }));

const DOCUMENT = '-DOCSTART- -X- -X- O\n\n';
const ROME = 'Rome NNP B-NP B-LOC\nsleeps VBZ B-VP O\n\n';
const ANNA = 'Anna NNP B-NP B-PER\nBerg NNP I-NP I-PER\n. . O O\n\n';

let folders = 0;
function folderOf(parts: Readonly<Record<string, string>>): string {
  const folder = join(root, String(folders++));
  mkdirSync(folder);
  for (const [name, content] of Object.entries(parts)) writeFileSync(join(folder, name), content);
  return folder;
}
const refuses = (folder: string, message: RegExp) =>
  assert.rejects(loadNewswire({ folder }), { name: 'InputError', message });

describe('loadNewswire of a folder', () => {
  it('reads sentences with their words, counts documents and tokens, and orders the types', async () => {
    const folder = folderOf({
      'train.txt': DOCUMENT + ROME + ANNA + DOCUMENT + ANNA,
      'valid.txt': ROME,
      'test.txt': DOCUMENT + ANNA,
    });
    const { train, dev, test, labels, title, kind } = await loadNewswire({ folder });
    assert.deepEqual([train.sentences.length, train.documents, train.tokens], [3, 2, 8]);
    assert.deepEqual([dev.documents, test.tokens], [0, 3]);
    assert.deepEqual(labels, ['PER', 'LOC']);
    assert.deepEqual([kind, title], ['folder', '5 sentences of no published set']);
    const [, anna] = train.sentences;
    assert.equal(anna.text, 'Anna Berg .');
    assert.deepEqual(anna.spans, [{ start: 0, end: 9, label: 'PER' }]);
    assert.deepEqual(anna.annotated, labels);
    assert.equal(anna.words!.length, 3);
    assert.deepEqual(firstRecord(train.path), [
      ['Rome', 'sleeps'],
      ['NNP', 'VBZ'],
      ['B-NP', 'B-VP'],
      ['B-LOC', 'O'],
    ]);
  });

  it('skips and names sentences whose columns change, and words that are blank', async () => {
    const damaged = `${ROME}Anna NNP B-NP B-PER\nBerg I-PER\n\n${ANNA}\u00A0 NNP B-NP O\n\n`;
    const { train, skipped } = await loadNewswire({
      folder: folderOf({ 'train.txt': damaged, 'dev.txt': ROME, 'test.txt': ROME }),
    });
    assert.equal(train.sentences.length, 2);
    assert.match(skipped[0], /train\.txt line 5: has 2 columns where most words have 4/);
    assert.match(skipped[1], /train\.txt: 1 word is only white space and was left out/);
    assert.match(skipped[2], /dev\.txt: has no PER: if its annotators did not look for it/);
  });

  it('refuses tags outside the scheme, a file without sentences, a missing part, and types that train lacks', async () => {
    const parts = { 'train.txt': ROME, 'dev.txt': ROME, 'test.txt': ROME };
    await refuses(
      folderOf({ ...parts, 'dev.txt': 'Rome NNP B-NP X\nis VBZ O B-LOC\n' }),
      /dev\.txt line 1: the tag "X" has no prefix/,
    );
    await refuses(folderOf({ ...parts, 'test.txt': DOCUMENT }), /test\.txt: contains no words with tags/);
    await refuses(
      folderOf({ 'train.txt': ROME, 'test.txt': ROME }),
      /has no conllpp_dev\.txt and no dev\.txt and no valid\.txt; give the dev part/,
    );
    await refuses(
      folderOf({ ...parts, 'test.txt': ANNA }),
      /test\.txt: has the type "PER", which .*train\.txt lacks/,
    );
    await refuses(
      folderOf({ ...parts, 'dev.txt': 'Rome NNP B-NP O\n' }),
      /dev\.txt: has no entity; give the dev part with its annotations/,
    );
    await refuses(
      folderOf({ ...parts, 'train.txt': `${ROME}x NN O B-all\n` }),
      /train\.txt: has the type "all"/,
    );
    const mostDamaged = `${ROME}${'Anna B-PER\n\nBerg NNP O\n\nx\n\n'}`;
    await refuses(
      folderOf({ ...parts, 'train.txt': mostDamaged }),
      /3 of 4 sentences are unusable, the first because/,
    );
    const folder = folderOf({ 'dev.txt': ROME, 'test.txt': ROME });
    mkdirSync(join(folder, 'train.txt'));
    await refuses(folder, /train\.txt: is a folder; give one file per part/);
    await refuses(join(folder, 'dev.txt'), /dev\.txt: is a file; name the folder with the three parts/);
    const linked = folderOf({ 'train.txt': ROME, 'dev.txt': ROME, 'test.txt': ROME });
    symlinkSync(join(linked, 'none'), join(linked, 'conllpp_train.txt'));
    await refuses(linked, /conllpp_train\.txt/);
  });
});

describe('loadNewswire without a folder', () => {
  it('the sample has the four types in each part', async () => {
    const { train, dev, test, labels, title } = await loadNewswire({ data: 'sample' });
    assert.deepEqual([labels, title], [['PER', 'ORG', 'LOC', 'MISC'], 'sample']);
    for (const part of [train, dev, test])
      assert.equal(new Set(part.sentences.flatMap(({ spans }) => spans.map(({ label }) => label))).size, 4);
  });

  it('the mirror has CoNLL++ with its published counts', { skip: !mirrorFolder() }, async () => {
    const { train, dev, test, title } = await loadNewswire({ data: 'gold' });
    assert.equal(title, 'CoNLL++');
    const namesOf = (sentences: typeof train.sentences) => {
      const spans = sentences.flatMap((sentence) => sentence.spans);
      return ['PER', 'ORG', 'LOC', 'MISC'].map((type) => spans.filter(({ label }) => label === type).length);
    };
    assert.deepEqual(namesOf(train.sentences), [6600, 6321, 7140, 3438]);
    assert.deepEqual(namesOf(dev.sentences), [1842, 1341, 1837, 922]);
    assert.deepEqual(namesOf(test.sentences), [1618, 1715, 1646, 723]);
    assert.deepEqual([train.documents, dev.documents, test.documents], [946, 216, 231]);
    assert.deepEqual([train.tokens, dev.tokens, test.tokens], [203_621, 51_362, 46_435]);
  });
});

/** Entities of test parts as their publishers count them. */
const STATED: Record<string, number> = { 'WNUT 17': 1079, BTC: 4376 };

describe('other test sets', () => {
  const entry = { name: 'own', genre: 'test', language: 'en', types: { person: 'PER', group: 'ORG' } };

  it('types become our labels, entities of others are masked, and labels that the set lacks are unknown', () => {
    const file = join(
      folderOf({ 'set.txt': 'Anna B-person\nplays O\nDoom B-game\n\nKiss B-group\n' }),
      'set.txt',
    );
    const { sentences, masked } = loadNerSet({ ...entry, file })!;
    assert.deepEqual(
      sentences.map(({ spans }) => spans.map(({ label }) => label)),
      [['PER'], ['ORG']],
    );
    assert.deepEqual(masked[0], [{ start: 11, end: 15, label: 'game' }]);
    assert.deepEqual(sentences[0].annotated, ['PER', 'ORG']);
  });

  it('names that only one set annotates are masked by their form', () => {
    const file = join(
      folderOf({ 'set.txt': '@ B-person\nanna B-person\nmet O\nanna B-person\n' }),
      'set.txt',
    );
    const { sentences, masked } = loadNerSet({ ...entry, file, masked: '@$|^@ ' })!;
    assert.deepEqual(
      sentences[0].spans.map(({ start }) => start),
      [11],
    );
    assert.deepEqual(
      masked[0].map(({ start }) => start),
      [0, 2],
    );
  });

  it('a set that is not at hand is left out, and one without any counterpart refused', () => {
    assert.equal(loadNerSet({ ...entry, file: 'nowhere/at.all' }), undefined);
    const file = join(folderOf({ 'set.txt': 'Doom B-game\n' }), 'set.txt');
    assert.throws(
      () => loadNerSet({ ...entry, file }),
      /none of its types \(game\) has a counterpart in "types" of own/,
    );
  });

  it('every set of the list can be read, with the counts that its source states', {
    skip: !mirrorFolder(),
  }, () => {
    for (const own of readNerSets()) {
      const set = loadNerSet(own)!;
      assert.ok(set.sentences.length >= 300, own.name);
      assert.ok(
        set.skipped.every((message) => /only white space/.test(message)),
        own.name,
      );
      const names =
        set.sentences.reduce((sum, { spans }) => sum + spans.length, 0) + set.masked.flat().length;
      if (own.name in STATED) assert.equal(names, STATED[own.name], own.name);
    }
  });
});

describe('names of universities', () => {
  it('the sample has two hundred, each once', async () => {
    const { universities, rows, kind } = await loadUniversities({ data: 'sample' });
    assert.deepEqual([universities.length, rows, kind], [200, 200, 'sample']);
  });

  it('the mirror has them with entities decoded', { skip: !mirrorFolder() }, async () => {
    const { universities, rows } = await loadUniversities();
    assert.equal(rows, 9363);
    assert.ok(
      universities.length > 9200 && universities.every(({ name }) => !/&\w+;|&#\d+;|\s{2}/.test(name)),
    );
  });
});

import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../foundation';
import { readSafetensors, TokenClassifier, writeSafetensors } from '../../nn';
import { networkFixture } from '../../nn/network.fixture';
import { copyTinyBert } from '../../nn/tiny-bert.fixture';
import { cutWindows, Tokenizer } from '../../tokenization';
import { type PUBLISHED, publishedFolder } from '../../tokenization/published.fixture';
import { type TrimOptions, trimVocabulary } from './trim';

const WORDS = ['cell', '##ell', 'neuron', '##on', 'gene', 'ge', '##ne', 'tissue', '##ue', 'mutant', 'éa'];

/** The tiny tagger with words in addition to letters; `é` has no token. */
function taggerWithWords(t: TestContext) {
  const folder = copyTinyBert(t);
  const path = join(folder, 'tokenizer.json');
  const tokenizer = JSON.parse(readFileSync(path, 'utf8'));
  const size = Object.keys(tokenizer.model.vocab).length;
  for (const [index, word] of WORDS.entries()) tokenizer.model.vocab[word] = size + index;
  tokenizer.normalizer.strip_accents = false;
  writeFileSync(path, JSON.stringify(tokenizer));
  const weights = join(folder, 'model.safetensors');
  const tensors = readSafetensors(weights);
  const table = tensors.get('bert.embeddings.word_embeddings.weight')!;
  const rows = WORDS.flatMap((_, word) =>
    Array.from({ length: 16 }, (_, index) => Math.sin(word + 7 * index)),
  );
  table.shape[0] += WORDS.length;
  table.data = Float32Array.of(...table.data, ...rows);
  writeSafetensors(weights, tensors);
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, vocab_size: size + WORDS.length }));
  writeFileSync(join(folder, 'text.txt'), 'cell cell gene\n\ncell neuron gene\n');
  writeFileSync(join(folder, 'other.txt'), 'mutant cell\ncell gene\n');
  return { folder, out: join(folder, '..', 'trimmed'), size };
}

/** The tiny tagger with another tokenizer, as published: a vocabulary without tokenizer.json. */
function taggerWith(t: TestContext, name: (typeof PUBLISHED)[number]) {
  const folder = copyTinyBert(t);
  for (const file of ['tokenizer.json', 'tokenizer_config.json']) rmSync(join(folder, file));
  for (const file of readdirSync(publishedFolder(name)))
    if (!['config.json', 'expected.json'].includes(file))
      copyFileSync(join(publishedFolder(name), file), join(folder, file));
  const size = new Tokenizer(publishedFolder(name)).vocabularySize;
  const weights = join(folder, 'model.safetensors');
  const tensors = readSafetensors(weights);
  const table = tensors.get('bert.embeddings.word_embeddings.weight')!;
  table.shape[0] = size;
  table.data = Float32Array.from({ length: size * 16 }, (_, index) => Math.sin(3 * index));
  writeSafetensors(weights, tensors);
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, vocab_size: size }));
  writeFileSync(join(folder, 'text.txt'), 'HeLa cells\n\ncell gene\n');
  writeFileSync(join(folder, 'other.txt'), 'cells mutant\n');
  return { folder, out: join(folder, '..', 'trimmed'), size };
}

const trim = ({ folder, out }: { folder: string; out: string }, options: Partial<TrimOptions> = {}) =>
  trimVocabulary(folder, out, {
    texts: [join(folder, 'text.txt')],
    heldOut: [join(folder, 'other.txt')],
    ...options,
  });

async function score(folder: string, text: string): Promise<Float32Array> {
  const model = TokenClassifier.load(folder);
  const tokenizer = new Tokenizer(folder);
  const [encoded] = await tokenizer.encode([text]);
  const [scores] = await model.score(cutWindows(encoded, tokenizer, 64));
  model.dispose();
  return scores;
}

test('unused words are removed with their embeddings; texts without them are tagged as before', async (t) => {
  const place = taggerWithWords(t);
  const report = await trim(place);
  // cell, neuron and gene are used; éa is kept because é cannot be spelled without it.
  const { vocabulary, parameters, counted, covered, heldOut } = report;
  assert.deepEqual(vocabulary, { before: place.size + 11, after: place.size + 4 });
  assert.equal(parameters.before - parameters.after, 7 * 16);
  assert.deepEqual([counted, covered], [6, 6]);
  assert.deepEqual(Object.values(heldOut), [
    {
      sentences: 2,
      changedSentences: 1,
      tokens: 4,
      changedTokens: 1,
      tokensAfter: 9,
      unknown: 0,
      unknownAfter: 0,
    },
  ]);
  assert.deepEqual(JSON.parse(readFileSync(join(place.out, 'trim.json'), 'utf8')), report);
  const text = 'neuron, cell 12 gene';
  assert.deepEqual(await score(place.out, text), await score(place.folder, text));
});

test('vocab.txt lists the tokens in the order of their ids, including digits', async (t) => {
  const place = taggerWithWords(t);
  writeFileSync(join(place.folder, 'vocab.txt'), 'replaced');
  await trim(place);
  const tokens = readFileSync(join(place.out, 'vocab.txt'), 'utf8').trimEnd().split('\n');
  const tokenizer = new Tokenizer(place.out);
  assert.ok(tokens.includes('7'));
  assert.deepEqual(
    tokens.map((token) => tokenizer.idOf(token)),
    tokens.map((_, id) => id),
  );
});

test('a tokenizer framed by <s> and </s> is trimmed: special tokens stay, the padding token keeps its id', async (t) => {
  const place = taggerWith(t, 'mpnet');
  const old = new Tokenizer(place.folder);
  const report = await trim(place);
  const tokenizer = new Tokenizer(place.out);
  // mutant, p53, naïve and line are not used; single letters stay.
  assert.ok(report.vocabulary.after < place.size && tokenizer.idOf('mutant') === undefined);
  assert.deepEqual([report.counted, report.covered], [4, 4]);
  const special = ['<s>', '<pad>', '</s>', '<unk>', '[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', '<mask>'];
  for (const token of special) assert.notEqual(tokenizer.idOf(token), undefined, token);
  assert.deepEqual(
    special.slice(0, 4).map((token) => tokenizer.idOf(token)),
    [0, 1, 2, 3],
  );
  assert.deepEqual([tokenizer.startId, tokenizer.endId], [0, 2]);
  assert.equal(tokenizer.maskId, report.vocabulary.after - 1);
  assert.equal(tokenizer.tokenOf(tokenizer.unknownId), '[UNK]');
  const processor = JSON.parse(readFileSync(join(place.out, 'tokenizer.json'), 'utf8')).post_processor;
  assert.deepEqual(
    [processor.cls, processor.sep],
    [
      ['<s>', 0],
      ['</s>', 2],
    ],
  );
  const lines = readFileSync(join(place.out, 'vocab.txt'), 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    lines,
    Array.from(lines, (_, id) => tokenizer.tokenOf(id)),
  );
  assert.equal(lines.length, report.vocabulary.after);
  const text = 'gene, cells of HeLa ☃';
  const pieces = async (by: Tokenizer) =>
    Array.from((await by.encode([text]))[0].ids, (id) => by.tokenOf(id));
  assert.deepEqual(await pieces(tokenizer), await pieces(old));
  assert.deepEqual(await score(place.out, text), await score(place.folder, text));
});

test('a padding token at the end of the vocabulary gets another id, in config.json too', async (t) => {
  const place = taggerWithWords(t);
  const last = place.size + WORDS.length - 1;
  const edit = (name: string, change: (file: ReturnType<typeof JSON.parse>) => void) => {
    const file = JSON.parse(readFileSync(join(place.folder, name), 'utf8'));
    change(file);
    writeFileSync(join(place.folder, name), JSON.stringify(file));
  };
  edit('tokenizer.json', ({ model: { vocab }, added_tokens }) => {
    const first = vocab['[PAD]'];
    vocab[WORDS.at(-1)!] = first;
    vocab['[PAD]'] = last;
    for (const token of added_tokens) if (token.content === '[PAD]') token.id = last;
  });
  edit('config.json', (config) => {
    config.pad_token_id = last;
  });
  const { vocabulary } = await trim(place);
  assert.equal(vocabulary.after, place.size + 4);
  const written = JSON.parse(readFileSync(join(place.out, 'config.json'), 'utf8'));
  assert.equal(written.pad_token_id, new Tokenizer(place.out).idOf('[PAD]'));
  const text = 'neuron, cell 12 gene';
  assert.deepEqual(await score(place.out, text), await score(place.folder, text));
});

test('a padding token that positions are counted from keeps its id', async (t) => {
  const folder = copyTinyBert(t);
  const source = networkFixture('roberta-tokens').folder;
  for (const name of ['config.json', 'model.safetensors'])
    copyFileSync(join(source, name), join(folder, name));
  const path = join(folder, 'tokenizer.json');
  const file = JSON.parse(readFileSync(path, 'utf8'));
  // As in the configuration, the padding token is 1. Neither word is used.
  const rest = Object.keys(file.model.vocab).filter((token) => token !== '[PAD]');
  const tokens = ['unused', '[PAD]', ...rest.slice(0, 79), 'other'];
  file.model.vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  file.added_tokens.forEach((token: { id: number; content: string }) => {
    token.id = tokens.indexOf(token.content);
  });
  const { special_tokens: specials } = file.post_processor;
  for (const token of Object.keys(specials)) specials[token].ids = [tokens.indexOf(token)];
  writeFileSync(path, JSON.stringify(file));
  writeFileSync(join(folder, 'text.txt'), 'cell\n');
  writeFileSync(join(folder, 'other.txt'), 'cell\n');
  const out = join(folder, '..', 'trimmed');
  await trim({ folder, out });
  const tokenizer = new Tokenizer(out);
  assert.deepEqual(
    ['unused', '[PAD]', 'other'].map((token) => tokenizer.idOf(token)),
    [0, 1, undefined],
  );
  assert.equal(JSON.parse(readFileSync(join(out, 'config.json'), 'utf8')).pad_token_id, 1);
  assert.deepEqual(await score(out, 'cell 12 e'), await score(folder, 'cell 12 e'));
});

test('tokens beside the vocabulary keep their embeddings', async (t) => {
  const place = taggerWith(t, 'bert-added');
  const old = new Tokenizer(place.folder);
  await trim(place);
  const tokenizer = new Tokenizer(place.out);
  assert.ok(tokenizer.vocabularySize < old.vocabularySize);
  const text = 'extra <new2> cells';
  assert.deepEqual(await score(place.out, text), await score(place.folder, text));
  assert.ok(!existsSync(join(place.out, 'added_tokens.json'))); // it would hold the old ids
});

test('a byte-level tokenizer cannot be trimmed', async (t) => {
  const place = taggerWith(t, 'roberta');
  await assert.rejects(trim(place), {
    name: 'InputError',
    message: /byte-level BPE tokenizer makes each token from shorter ones/,
  });
  assert.ok(!existsSync(place.out));
});

test('a given size keeps the most frequent tokens', async (t) => {
  const place = taggerWithWords(t);
  const { vocabulary, counted, covered } = await trim(place, { size: place.size + 3 });
  assert.equal(vocabulary.after, place.size + 3);
  assert.deepEqual([counted, covered], [6, 5]);
  const tokenizer = new Tokenizer(place.out);
  assert.ok(tokenizer.idOf('cell') && tokenizer.idOf('gene') && !tokenizer.idOf('neuron'));
});

test('every text can still be spelled, with tokens of the same characters', async (t) => {
  const place = taggerWithWords(t);
  await trim(place, { size: place.size + 1 });
  const [before, after] = [new Tokenizer(place.folder), new Tokenizer(place.out)];
  const word = fc.stringMatching(/^(cell|neuron|gene|ge|on|tissue|mutant|éa|é|[a-z0-9.]|☃){1,4}$/);
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 4 }), async (words) => {
      const text = words.join(' ');
      const [[old], [now]] = [await before.encode([text]), await after.encode([text])];
      const unknown = ({ ids, words: places }: typeof old, tokenizer: Tokenizer) =>
        places.filter((_, index) => ids[index] === tokenizer.idOf('[UNK]'));
      assert.deepEqual(unknown(now, after), unknown(old, before));
      const covered = ({ starts, ends }: typeof old) =>
        starts.reduce((sum, start, index) => sum + ends[index] - start, 0);
      assert.equal(covered(now), covered(old));
    }),
    { numRuns: 300, seed: 1 },
  );
});

test('invalid trimmings are refused in one sentence, and nothing is written', async (t) => {
  const refuses = async (work: Promise<unknown>, message: RegExp, out: string) => {
    await assert.rejects(work, (error: Error) => {
      assert.ok(error instanceof InputError, error.stack);
      assert.match(error.message, message);
      assert.ok(!error.message.includes('\n'));
      return true;
    });
    assert.ok(!existsSync(out));
  };
  const place = taggerWithWords(t);
  await refuses(trim(place, { size: 20 }), /20 tokens are fewer than the \d+ special tokens/, place.out);
  await refuses(trim(place, { texts: [join(place.folder, 'none.txt')] }), /cannot be read/, place.out);
  await refuses(trim(place, { heldOut: [join(place.folder, 'none.txt')] }), /cannot be read/, place.out);
  const options = { texts: [join(place.folder, 'text.txt')], heldOut: [] };
  await refuses(trimVocabulary(place.out, `${place.out}-2`, options), /not a model folder/, place.out);
  await assert.rejects(trimVocabulary(place.folder, place.folder, options), /the model's own folder/);
  writeFileSync(join(place.folder, 'text.txt'), '\n');
  await refuses(trim(place), /no text to count tokens in/, place.out);
});

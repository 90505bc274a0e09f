import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../foundation';
import { readSafetensors, TokenClassifier, writeSafetensors } from '../../nn';
import { copyTinyBert } from '../../nn/tiny-bert.fixture';
import { cutWindows, Tokenizer } from '../../tokenization';
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

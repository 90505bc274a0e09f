import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openVariant } from '../../benchmark';
import { type Sentence, writeSentences } from '../../foundation';
import { TokenClassifier } from '../../nn';
import { tinyBertFolder } from '../../nn/tiny-bert.fixture';
import { tagTexts } from '../../tasks';
import { Tokenizer, wordsOf } from '../../tokenization';
import { makeCasedEncoder } from './cased-encoder';
import { closingRows, comparedRows, compareTaggers } from './compare-taggers';
import {
  collectVectors,
  controlTags,
  probeLayers,
  probeLimits,
  probeNetwork,
  probeRows,
} from './layer-probe';
import { scoreSubwords, subwordRows } from './sub-words';
import { alignmentRows, parametersByFormula, piecesByTag, sentenceWithSplitName, taggedRows } from './tables';
import { predictMentions, predictTags, taggerRows, trainTagger } from './taggers';
import { spansOfTags } from './word-tags';

/** Sentences in which "t-cell" and "b-cell" are names. */
const sentences = (count: number): Sentence[] =>
  Array.from({ length: count }, (_, index) => {
    const name = index % 2 === 0 ? 't-cell' : 'b-cell';
    const text = `the ${name} ${index % 3 === 0 ? 'grows' : 'die'}`;
    return {
      ...{ article: `a${index}`, section: '', paragraph: 0, offset: 0, text, words: wordsOf(text) },
      ...{ spans: [{ start: 4, end: 10, label: 'PER' }], annotated: ['PER', 'ORG'] },
    };
  });

test('a tagger is trained once, tags words as they are, and its rows have precision, recall and accuracy', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-tagger-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const files = { train: join(folder, 'train.jsonl'), dev: join(folder, 'dev.jsonl') };
  writeSentences(files.train, sentences(24));
  writeSentences(files.dev, sentences(7));
  const trial = {
    ...{ name: 'tiny', encoder: tinyBertFolder, train: [files.train], dev: [files.dev], seed: 1 },
    ...{
      labels: ['PER', 'ORG'],
      scheme: 'exclusive' as const,
      words: 'first' as const,
      loss: 'cross_entropy' as const,
    },
    ...{
      epochs: 6,
      batchSize: 4,
      learningRate: 2e-2,
      maximumLength: 16,
      precision: 'float32' as const,
      replicas: 1,
    },
  };
  const first = await trainTagger(trial, { folder });
  assert.deepEqual([first.trainingSentences, first.evaluations.length], [24, 6]);
  const rows = taggerRows(first);
  const kept = rows.find(({ epoch }) => String(epoch).endsWith('(kept)'))!;
  assert.deepEqual(
    [kept['precision (%)'], kept['recall (%)'], kept['F1 (%)'], kept['accuracy of tags (%)']],
    [100, 100, 100, 100],
  );
  const again = await trainTagger(trial, { folder });
  assert.deepEqual([again.folder, again.steps.length], [first.folder, first.steps.length]);
  const tagger = await openVariant(first.folder, 'model.safetensors', 1);
  t.after(() => tagger.dispose());
  const [found] = await predictMentions(tagger, sentences(1));
  assert.deepEqual(
    found.map(({ start, end, label }) => ({ start, end, label })),
    sentences(1)[0].spans,
  );

  const [given] = await predictTags(tagger, sentences(1));
  const [row] = taggedRows(sentences(1)[0], { trained: given }).slice(1);
  assert.deepEqual([row.word, row.gold, row.trained], ['t-cell', 'B-PER', 'B-PER']);

  // A word that tokenizes to nothing is an unknown token, so that it has a tag of its own.
  const blank = 'the \u200b t-cell';
  const words = [
    { start: 0, end: 3 },
    { start: 4, end: 5 },
    { start: 6, end: 12 },
  ];
  const [ofBlank] = await predictTags(tagger, [{ text: blank, words }]);
  assert.deepEqual([ofBlank.length, ofBlank[0], ofBlank[2]], [3, 'O', 'B-PER']);

  // Tags as they come: the spans of the library's own decoding, with the borders of words.
  const tags = await predictTags(tagger, sentences(9));
  const decoded = await tagTexts(sentences(9), tagger.tokenizer, tagger.score, tagger.tagging);
  for (const [index, own] of tags.entries())
    assert.deepEqual(
      spansOfTags(sentences(9)[index], own),
      decoded[index].spans.map(({ start, end, label }) => ({ start, end, label })),
    );
  const form = { name: 'tiny', folder: first.folder, file: 'model.safetensors' };
  const options = { labels: ['PER', 'ORG'], runs: 1, seed: 1 };
  const compared = await compareTaggers([form], sentences(6), options);
  assert.deepEqual(
    closingRows(compared).map((row) => [row.tagger, row.unit, row['F1 (%)']]),
    [['tiny', 'words', '100.0']],
  );
  assert.ok(Number(comparedRows(compared, options.labels)[0]['median latency of the network (ms)']) > 0);
  const network = TokenClassifier.load(first.folder);
  t.after(() => network.dispose());
  const tokenizer = new Tokenizer(first.folder);
  const some = { maximumLength: 16, most: 40 };
  const vectors = await collectVectors(network, tokenizer, sentences(30), some);
  assert.deepEqual([vectors.words.length, vectors.layers.length, vectors.hidden], [40, 3, 16]);
  const [{ ids }] = await tokenizer.encode(['the']);
  const the = [...ids].map((id) => tokenizer.tokenOf(id)).join(' ');
  assert.deepEqual([vectors.words[0], vectors.words[3], vectors.sentences[3]], [the, the, 1]);
  const probes = probeLayers(vectors, await collectVectors(network, tokenizer, sentences(9), some), 1);
  assert.equal(probes.length, 3);
  assert.equal(probes[2].accuracy, 1);
  assert.ok(probes.every(({ interval }) => interval !== null));
  const data = { train: sentences(30), test: sentences(9) };
  const probed = await probeNetwork('tiny', network, tokenizer, data, { ...some, seed: 1 });
  assert.deepEqual([probed.layers, probed.words], [probes, { train: 40, test: 27 }]);
  assert.equal(probeRows([probed])[0].layer, 'embeddings');
});

test('a cased encoder is made once for the same sentences, and sees capitals', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-cased-'));
  const mirror = process.env.FALCONFRAMES_MIRROR;
  delete process.env.FALCONFRAMES_MIRROR;
  t.after(() => {
    rmSync(folder, { recursive: true });
    if (mirror !== undefined) process.env.FALCONFRAMES_MIRROR = mirror;
  });
  const long = sentences(24).map((own) => ({
    ...own,
    text: `Today ${own.text} in the Old Lab of Anna Berg`,
  }));
  const make = (count: number) => makeCasedEncoder(long.slice(0, count), { folder, most: 8, seed: 1 });
  const first = await make(24);
  const weights = statSync(join(first, 'model.safetensors'));
  assert.equal(await make(24), first);
  assert.equal(statSync(join(first, 'model.safetensors')).mtimeMs, weights.mtimeMs);
  assert.notEqual(await make(12), first);
  const [upper, lower] = await new Tokenizer(first).encode(['T', 't']);
  assert.notDeepEqual(upper.ids, lower.ids);
});

test('the rules for sub-words differ on continuations alone, and special tokens carry no tag', async () => {
  const tokenizer = new Tokenizer(tinyBertFolder);
  const [sentence] = sentences(1);
  const rows = await alignmentRows(sentence, tokenizer, ['PER', 'ORG']);
  const tagsOf = (rule: string) => rows.map((row) => String(row[`rule "${rule}"`]));
  const name = rows.flatMap((row, index) => (row.word === 't-cell' ? [index] : []));
  assert.ok(name.length > 1, 'the name falls into several sub-words');
  assert.deepEqual([tagsOf('first')[0], tagsOf('all').at(-1)], ['– (-100)', '– (-100)']);
  assert.deepEqual(
    name.map((index) => tagsOf('first')[index]),
    ['B-PER', ...name.slice(1).map(() => '– (-100)')],
  );
  assert.deepEqual(
    name.map((index) => tagsOf('all')[index]),
    name.map(() => 'B-PER'),
  );
  assert.deepEqual(
    name.map((index) => tagsOf('all-inside')[index]),
    ['B-PER', ...name.slice(1).map(() => 'I-PER')],
  );
  // Scored as the reference study did, one name becomes several.
  const all = await scoreSubwords([sentence], [['O', 'B-PER', 'O']], tokenizer);
  assert.deepEqual([all.report.PER.support, all.report.PER['f1-score'], all.accuracy], [name.length, 1, 1]);
  const none = await scoreSubwords([sentence], [['O', 'O', 'O']], tokenizer);
  assert.deepEqual([none.report.PER.support, none.report.PER.recall], [name.length, 0]);
  assert.equal(subwordRows(all, ['PER'])[1].names, name.length);
  const two = 'the t-cell b-cell';
  const names = [{ start: 4, end: 17, label: 'PER' }];
  const long = { ...sentence, text: two, words: wordsOf(two), spans: names };
  assert.equal(await sentenceWithSplitName([sentence, long], tokenizer), long);
  assert.equal(await sentenceWithSplitName([sentence, long], tokenizer, 2), undefined);
  const { values } = await piecesByTag([sentence], tokenizer);
  assert.equal(values['B-PER'], name.length);
});

test('parameters by formula are those of the published encoders', () => {
  const multilingual = {
    vocabulary: 119_547,
    positions: 512,
    types: 0,
    hidden: 768,
    intermediate: 3072,
    layers: 6,
  };
  assert.equal(parametersByFormula({ name: 'm', ...multilingual }).parameters, 134_734_080);
  const base = { vocabulary: 30_522, positions: 512, types: 2, hidden: 768, intermediate: 3072, layers: 12 };
  assert.equal(parametersByFormula({ name: 'b', ...base }).parameters, 108_891_648);
});

test('a control task gives a word type the same tag everywhere, with the frequencies of the tags', () => {
  const words = Array.from({ length: 4000 }, (_, index) => `w${index % 2000}`);
  const tagOf = controlTags(words, ['O', 'O', 'O', 'B-PER'], 1);
  assert.equal(tagOf.size, 2000);
  const named = [...tagOf.values()].filter((tag) => tag === 'B-PER').length;
  assert.ok(named > 430 && named < 570, `${named}`);
  assert.notDeepEqual(controlTags(words, ['O', 'O', 'O', 'B-PER'], 2), tagOf);
  const vectors = { layers: [], hidden: 1, sentences: [] };
  const limits = probeLimits(
    { ...vectors, words: ['a', 'b'], tags: ['O', 'O'] },
    { ...vectors, words: ['a', 'c', 'a', 'd'], tags: ['O', 'O', 'O', 'B-PER'] },
  );
  assert.deepEqual(limits, { majority: 0.75, seen: 0.5 });
});
